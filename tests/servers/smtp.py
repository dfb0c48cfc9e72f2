"""A real SMTP server for tests: it keeps what it receives, and can refuse or hang up so that retries are tested.

with smtp.start() as post_office:
    post_office.refuse("451 4.3.0 Come back later", times=1)
    ...                                   # deliver to post_office.url
    [letter] = post_office.wait_for(1)    # email.message.EmailMessage
"""

import asyncio
import socket
import threading
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HANG_UP = "hang up"


@dataclass(frozen=True)
class Received:
    """One accepted delivery: the envelope's addresses, and the letter as it came."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def letter(self) -> EmailMessage:
        letter = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        return letter


class Smtp:
    """The running server. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._received: list[Received] = []
        self._moods: deque[str] = deque()
        self._attempts = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._runs = threading.Event()
        self._thread = threading.Thread(target=self._run, name="smtp", daemon=True)
        self._thread.start()
        self._runs.wait(timeout=10)  # a loop that is stopped before it runs breaks off in the middle of its start

    @property
    def received(self) -> tuple[Received, ...]:
        """All accepted deliveries, oldest first."""
        with self._news:
            return tuple(self._received)

    @property
    def letters(self) -> list[EmailMessage]:
        """All accepted letters, parsed, oldest first."""
        return [delivery.letter for delivery in self.received]

    @property
    def attempts(self) -> int:
        """How many times a whole letter was offered, accepted or not."""
        with self._news:
            return self._attempts

    def wait_for(self, count: int, seconds: float = 10.0) -> list[EmailMessage]:
        """Return the letters once there are at least `count`; raise AssertionError after `seconds`."""
        with self._news:
            enough = self._news.wait_for(lambda: len(self._received) >= count, timeout=seconds)
            assert enough, f"{len(self._received)} of {count} letters arrived within {seconds:g} s"
        return self.letters

    def refuse(self, answer: str = "451 4.3.0 Try again later", times: int = 1) -> None:
        """Answer the next letters with this 4xx or 5xx line after their content was sent."""
        with self._news:
            self._moods.extend([answer] * times)

    def hang_up(self, times: int = 1) -> None:
        """Cut the connection in the place of an answer to the next letters."""
        self.refuse(HANG_UP, times)

    def clear(self) -> None:
        """Forget all letters, attempts and moods."""
        with self._news:
            self._received.clear()
            self._moods.clear()
            self._attempts = 0

    def stop(self) -> None:
        """Close the port and every connection. May be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        # The socket is bound before, so there is no moment in which somebody else takes the port.
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True, loop=self._loop), sock=self._socket)
        )
        self._loop.call_soon(self._runs.set)
        self._loop.run_forever()
        server.close()
        waiting = asyncio.all_tasks(self._loop)
        for task in waiting:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        self._loop.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd with a whole letter; the name is its protocol."""
        with self._news:
            self._attempts += 1
            mood = self._moods.popleft() if self._moods else None
            if mood is None:
                content = envelope.content
                assert isinstance(content, bytes)
                self._received.append(Received(str(envelope.mail_from), tuple(envelope.rcpt_tos), content))
            self._news.notify_all()
        if mood == HANG_UP:
            transport = server.transport
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
            return "421 4.3.0 Closed"
        return mood or "250 2.0.0 OK"


def start() -> Smtp:
    """Start a server on a free port of 127.0.0.1."""
    return Smtp()
