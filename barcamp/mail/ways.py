"""One letter as it goes out, and the two ways out: over SMTP, or into a folder as an `.eml` file. Loaded where letters
are sent, and nowhere else: Python's mail library is large.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from werkzeug.urls import iri_to_uri

from barcamp.mail.delivery import NoServer, NotSent, Way
from barcamp.mail.service import Claim
from barcamp.settings import Settings

#: Seconds for one step with the server.
PATIENCE = 15.0


@contextmanager
def way_out(settings: Settings) -> Iterator[Way]:
    if settings.smtp_url is None:
        yield Files(settings.outbox, settings.mail_from)
        return
    post = Post(settings.smtp_url, settings.mail_from)
    try:
        yield post
    finally:
        post.close()


# ---- what goes out ---------------------------------------------------------------------------------------------------


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


# ---- ways ------------------------------------------------------------------------------------------------------------


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
