"""Sending what lies in the outbox: over SMTP, or as `.eml` files where no server is set.

Every letter is claimed in one short transaction, sent outside of any, and marked in another. So it goes out at least
once, and nearly always exactly once: a worker that is killed between the server's 250 and our commit sends the letter
again when the lease has run out, under the same Message-ID, which lets mail programs show it once.
"""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from werkzeug.urls import iri_to_uri

from barcamp import meters
from barcamp.core.slugs import clean_line
from barcamp.db import Store
from barcamp.mail import queries, service, unsubscribe
from barcamp.mail.links import Links
from barcamp.mail.service import Claim
from barcamp.settings import Settings

log = logging.getLogger(__name__)

#: Claimed at once. Few, for they wait for the lease to end when this worker is killed.
BATCH = 5
#: Seconds for one step with the server.
PATIENCE = 15.0
#: A letter is not begun when its lease would run out before the slowest server could answer.
NEEDED = timedelta(minutes=2)

_SENT, _REFUSED, _HELD_UP = (
    meters.counter("barcamp_letters_total", outcome=outcome) for outcome in ("sent", "failed", "held-up")
)

Clock = Callable[[], datetime]


class NotSent(Exception):
    """One letter could not be sent; `for_good` when trying again cannot help."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(clean_line(words))
        self.for_good = for_good


class NoServer(Exception):
    """No letter can be sent now: the server is not reached, or does not take us."""


class Way(Protocol):
    """A way out for one letter after the other."""

    def send(self, claim: Claim) -> None:
        """Raise NotSent (this letter) or NoServer (any letter)."""
        ...


def deliver(store: Store, settings: Settings, *, clock: Clock) -> int:
    """Send everything that is due, and return how many letters went out. Never raises for a mail server's sake."""
    sent = 0
    with _way_out(settings) as way:
        while claims := _claim(store, settings, clock):
            done = _send_all(store, way, claims, clock)
            sent += done
            if done == 0:
                break
    return sent


def compose(claim: Claim, mail_from: str) -> bytes:
    """The letter as it goes out. Headers are set as values, so no text of anybody can add one (RFC 5322).

    Raises:
        NoServer: the sender's address is none, which is the settings' fault and no letter's.
        NotSent: the letter's is none.
    """
    sender = _sender(mail_from)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _recipient(claim.to)
    message["Subject"] = claim.subject
    message["Date"] = format_datetime(claim.written_at)
    message["Message-ID"] = f"<{claim.message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    plain = claim.text.isascii() and all(len(line) < 990 for line in claim.text.splitlines())
    message.set_content(claim.text, cte="7bit" if plain else "quoted-printable")
    if claim.calendar is not None:
        message.add_attachment(
            claim.calendar, maintype="text", subtype="calendar", cte="base64",
            filename="changes.ics", params={"charset": "utf-8", "method": "PUBLISH"},
        )  # fmt: skip
        message.set_boundary(f"=_{claim.message_id}")  # not by chance: sent again, it is the same letter
    # not smtplib's own rendering, which would write ">From" where a line begins with "From"
    return _way_out_of_it(claim) + message.as_bytes(policy=SMTP if deliverable(claim.to).isascii() else SMTPUTF8)


def _way_out_of_it(claim: Claim) -> bytes:
    """RFC 2369 and RFC 8058. Written by hand: the library would encode the words of a long address, which it has none
    of, and mail programs would not know it any more.
    """
    if not claim.unsubscribe:
        return b""
    address = iri_to_uri(claim.unsubscribe)
    return f"List-Unsubscribe: <{address}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")


def _sender(mail_from: str) -> Address:
    name, address = parseaddr(mail_from)
    try:
        return Address(name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as problem:
        raise NoServer("BARCAMP_MAIL_FROM is not an address that mail can come from") from problem


def _recipient(address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    if not local or not domain:
        raise NotSent("there is no address to write to", for_good=True)
    try:
        return Address(username=local, domain=deliverable(address).rpartition("@")[2])
    except ValueError as problem:
        raise NotSent("not an address that mail can go to", for_good=True) from problem


def deliverable(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890), which every mail server takes."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _claim(store: Store, settings: Settings, clock: Clock) -> list[Claim]:
    with store.reading() as db:
        if not queries.some_are_due(db, clock()):
            return []
    with store.writing() as db:
        return [_with_a_way_out(claim, settings) for claim in service.claim(db, limit=BATCH, now=clock())]


def _with_a_way_out(claim: Claim, settings: Settings) -> Claim:
    """Letters of news say how to end them. The address opens nothing else, and is nowhere but in the letter."""
    if claim.person_id is None or claim.kind not in unsubscribe.KINDS:
        return claim
    token = unsubscribe.token_of(claim.person_id, settings.secret_key)
    return replace(claim, unsubscribe=Links(settings.base_url).unsubscribe(token))


def _send_all(store: Store, way: Way, claims: Sequence[Claim], clock: Clock) -> int:
    """Send one letter after the other, marking each at once; when the server is gone, the rest waits with it."""
    sent = 0
    for place, claim in enumerate(claims):
        if clock() + NEEDED > claim.lease_ends:
            with store.writing() as db:
                service.hand_back(db, claims[place:], now=clock())
            break
        try:
            way.send(claim)
        except NotSent as problem:
            # the server's words may hold the reader's address, so they stay in the letter's row
            log.warning("letter %s (%s) was not sent", claim.id, claim.kind)
            meters.add(_REFUSED)
            with store.writing() as db:
                service.mark_failed(db, claim, str(problem), for_good=problem.for_good, now=clock())
            continue
        except NoServer as problem:
            log.warning("%s letters wait: %s", len(claims) - place, problem)
            meters.add(_HELD_UP)
            with store.writing() as db:
                service.wait_for_server(db, claims[place:], str(problem), now=clock())
            break
        with store.writing() as db:
            service.mark_sent(db, claim, now=clock())
        meters.add(_SENT)
        sent += 1
    return sent


@contextmanager
def _way_out(settings: Settings) -> Iterator[Way]:
    if settings.smtp_url is None:
        yield Files(settings.outbox, settings.mail_from)
        return
    post = Post(settings.smtp_url, settings.mail_from)
    try:
        yield post
    finally:
        post.close()


class Files:
    """Each letter becomes `<id>-<kind>.eml`, which is there whole or not at all."""

    def __init__(self, folder: Path, mail_from: str) -> None:
        self.folder, self.mail_from = folder, mail_from

    def send(self, claim: Claim) -> None:
        name = f"{claim.id}-{claim.kind}.eml"
        half = self.folder / f".{name}.{os.getpid()}"
        try:
            content = compose(claim, self.mail_from)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.folder / name)
        except OSError as problem:
            raise NoServer(f"cannot write into the outbox folder: {problem.strerror}") from problem


class Post:
    """One connection to the mail server, opened at the first letter and kept for the batch."""

    def __init__(self, url: str, mail_from: str) -> None:
        self.url, self.mail_from = url, mail_from
        self._open: smtplib.SMTP | None = None

    def send(self, claim: Claim) -> None:
        content, recipient = compose(claim, self.mail_from), deliverable(claim.to)
        options = [] if recipient.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]  # RFC 6531
        server = self._connected()
        try:
            server.ehlo_or_helo_if_needed()
            if options and not server.has_extn("smtputf8"):
                raise NotSent("the mail server cannot write to this address", for_good=True)
            server.sendmail(parseaddr(self.mail_from)[1], [recipient], content, options)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = next(iter(refusal.recipients.values()))
            raise NotSent(_told(code, words), for_good=code >= 500) from refusal
        except smtplib.SMTPSenderRefused as refusal:
            # the fault is the setting's, which somebody can mend: the letter waits
            raise NotSent(_told(refusal.smtp_code, refusal.smtp_error)) from refusal
        except smtplib.SMTPResponseException as refusal:
            raise NotSent(_told(refusal.smtp_code, refusal.smtp_error), for_good=refusal.smtp_code >= 500) from refusal
        except (smtplib.SMTPException, OSError) as problem:
            self.close()
            raise NotSent(f"the mail server hung up ({type(problem).__name__})") from problem

    def close(self) -> None:
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._open.quit()
            self._open.close()
            self._open = None

    def _connected(self) -> smtplib.SMTP:
        if self._open is None:
            try:
                self._open = _connect(self.url)
            except smtplib.SMTPAuthenticationError as problem:
                raise NoServer("the mail server does not take our user name and password") from problem
            except (smtplib.SMTPException, OSError, ValueError) as problem:
                raise NoServer(f"cannot reach the mail server ({type(problem).__name__})") from problem
        return self._open


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, safe = parts.hostname or "", ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=safe)
    else:
        server = smtplib.SMTP(host, parts.port or (587 if parts.scheme == "smtp+starttls" else 25), timeout=PATIENCE)
    try:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=safe)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _told(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
