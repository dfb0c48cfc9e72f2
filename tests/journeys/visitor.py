"""Somebody at a browser: opens pages as people do, and remembers whatever went wrong on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.servers.smtp import Smtp

PHONE, DESK = 360, 1280
HEIGHT = 800
MAIL_SECONDS = 30.0
TYPING = 2100  # milliseconds: who sends a note sooner than that is taken for a program (barcamp/web/honeypot.py)
# The browser writes every refused answer on its console; whether it should be one is for the test to say.
_REFUSED = "Failed to load resource: the server responded with a status of 4"
_TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_OVERFLOW = "document.scrollingElement.scrollWidth - window.innerWidth"


@dataclass
class Visitor:
    """One person with a browser of their own. `trouble` stays empty while all is well."""

    context: BrowserContext
    page: Page
    base: str
    scripts: bool = True
    trouble: list[str] = field(default_factory=list)
    began_to_write: float = 0.0

    def watch(self) -> None:
        """Write down what no page may do: fail in a script, miss a file, break, or ask another host."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script error: {error}"))
        self.page.on("request", self._see_request)
        self.page.on("response", self._see_response)

    def go(self, path: str, status: int = 200) -> Page:
        """Open an address of the site; after redirects it answers with this status."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == status, f"{answer.status} at {answer.url}"
        return self.page

    def sign_in(self, link: str) -> None:
        """Open a sign-in link and press its button."""
        self.page.goto(link)
        self.press("Sign in", within=self.page.get_by_role("main"))

    def fill(self, **answers: str) -> None:
        """Fill fields by their names."""
        for name, answer in answers.items():
            self.page.locator(f"main [name={name}]").fill(answer)

    def press(self, button: str, within: Locator | Page | None = None) -> None:
        (within or self.page).get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=link, exact=True).first.click()

    def star(self, title: str) -> Locator:
        """The star on the card of a note."""
        return self.page.locator(".note").filter(has_text=title).locator("button.star")

    def free_star(self) -> Locator:
        """A star of the wall that is not pressed yet, found by its note: it stays the same one when it is pressed."""
        note = self.page.locator(".note").filter(has=self.page.locator("button.star[aria-pressed=false]")).first
        return self.page.locator(f"#{note.get_attribute('id')} button.star")

    def toggle(self, star: Locator) -> Response:
        """Press a star and wait for the answer, whichever way it was asked for."""
        with self.page.expect_response(re.compile("/(un)?star$")) as answer:
            star.click()
        return answer.value

    def post_note(self, slug: str, title: str) -> None:
        """Stick a note on the wall of a conference, and see it there."""
        self.write_note(slug, title)
        self.stick_note(slug, title)

    def write_note(self, slug: str, title: str) -> None:
        """The first half: several people can write at the same time."""
        self.go(f"/{slug}/wall")
        self.page.get_by_role("link", name=re.compile("^Post (a|the first) note$")).click()
        self.fill(title=title)
        self.began_to_write = monotonic()

    def stick_note(self, slug: str, title: str) -> None:
        """The second half, as soon as it can have been typed by a person."""
        self.page.wait_for_timeout(max(0.0, TYPING - 1000 * (monotonic() - self.began_to_write)))
        self.press("Stick it on the wall")
        self.go(f"/{slug}/wall?mine=1")
        expect(self.page.locator(".note.is-mine .note-title", has_text=title)).to_be_visible()

    def send_note(self, slug: str, title: str) -> None:
        """Put up a note as a program of this person would, at once: for tests of what happens to it then."""
        form = self.context.request.get(f"{self.base}/{slug}/wall/new").text()
        token = re.findall('name="csrf_token" value="([^"]+)"', form)[-1]
        fields = {"csrf_token": token, "title": title, "format": "talk", "length": "1"}
        answer = self.context.request.post(f"{self.base}/{slug}/wall/notes", form=fields, max_redirects=0)
        assert answer.status == 303, answer.text()

    def resize(self, width: int, height: int = HEIGHT) -> None:
        """Make the window another size, and let the page see it."""
        self.page.set_viewport_size({"width": width, "height": height})
        if self.scripts:
            self.page.evaluate(_TWO_FRAMES)

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return max(0, int(self.page.evaluate(_OVERFLOW)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REFUSED):
            self.trouble.append(f"console {message.type}: {message.text}")

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != urlsplit(self.base).netloc:
            self.trouble.append(f"asked another host: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.trouble.append(f"{response.status} for {response.url}")


def wait_for_letter(post_office: Smtp, to: str, subject: str) -> EmailMessage:
    """The newest letter to an address with this subject, as soon as one is there."""
    while True:
        letters = post_office.letters
        found = [letter for letter in letters if (letter["to"], letter["subject"]) == (to, subject)]
        if found:
            return found[-1]
        post_office.wait_for(len(letters) + 1, MAIL_SECONDS)


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return "\n".join(str(body.get_content()).splitlines())


def code_in(letter: EmailMessage) -> str:
    """The six digits of a letter."""
    found = re.search(r"^ +(\d{6})$", text_of(letter), re.MULTILINE)
    assert found is not None
    return found[1]
