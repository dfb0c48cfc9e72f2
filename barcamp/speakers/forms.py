"""What speakers and those who visit them type. Forms of talks elsewhere are in talk_forms.py."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from wtforms import BooleanField, FileField, HiddenField, ValidationError
from wtforms.validators import DataRequired, Regexp

from barcamp.core.addresses import LONGEST_ADDRESS, is_web_address
from barcamp.core.slugs import LONGEST, RESERVED, is_slug
from barcamp.speakers.models import Speaker
from barcamp.web.forms import Line, Paragraphs, Typed
from barcamp.web.words import _, lazy

LONGEST_BIO = 2000
MOST_LINKS = 8
_PLACE = re.compile(r"(?:conference|talk)-[1-9][0-9]{0,17}")


class ProfileForm(Typed):
    """What the page says of its owner."""

    slug = Line(
        lazy("Address of the page"),
        LONGEST,
        [DataRequired(message=lazy("Please fill this in."))],
        description=lazy("Small letters, digits and hyphens. When you change it, the old one leads to the new one."),
    )
    bio = Paragraphs(
        lazy("About you"), LONGEST_BIO, description=lazy("A few lines. You can use Markdown, for example **bold**.")
    )
    links = Paragraphs(
        lazy("Links"),
        MOST_LINKS * (LONGEST_ADDRESS + 90),
        description=lazy("One a line: its name, then its address. For example: My blog https://blog.example"),
    )
    visits_open = BooleanField(
        lazy("Ask visitors to let me know if they will be there"),
        description=lazy("You see how many will, and the names of those who choose to tell you. Nobody else does."),
    )

    def validate_slug(self, field: Line) -> None:
        if field.errors:
            return
        field.data = str(field.data).lower()
        if not is_slug(field.data):
            raise ValidationError(_("Please use 2 to 60 small letters, digits and single hyphens between them."))
        if field.data in RESERVED:
            raise ValidationError(_("The site itself uses this word. Please choose another one."))

    def validate_links(self, field: Paragraphs) -> None:
        rows = _rows(field.data)
        if len(rows) > MOST_LINKS:
            raise ValidationError(_("Please keep this to {most} links.").format(most=MOST_LINKS))
        for row in rows:
            read_link(row)

    @property
    def chosen_links(self) -> list[dict[str, str]]:
        """The links of a form that is valid, each with a name."""
        return [read_link(row) for row in _rows(self.links.data)]

    @classmethod
    def of(cls, speaker: Speaker) -> ProfileForm:
        """The form as the page stands now."""
        return cls(
            None,
            slug=speaker.slug,
            bio=speaker.bio,
            links="\n".join(f"{link['name']} {link['url']}" for link in speaker.links),
            visits_open=speaker.visits_open,
        )


class PictureForm(Typed):
    """A picture to show; what is in the file is looked at when it is drawn anew."""

    picture = FileField(lazy("Picture"), description=lazy("PNG, JPEG, WebP or GIF, up to 5 MB. The middle is shown."))


class VisitForm(Typed):
    """At which conference or talk a visitor will be."""

    at = HiddenField(validators=[Regexp(_PLACE)])
    named = BooleanField()


def read_link(row: str) -> dict[str, str]:
    """ "My blog https://blog.example" in its two parts; a link without a name is called as its site.

    Raises:
        ValidationError: no web address at the end, in words that name the row.
    """
    name, _space, url = row.rpartition(" ")
    if not is_web_address(url):
        raise ValidationError(
            _("“{row}” does not end in an address that starts with https:// or http://.").format(row=row[:80])
        )
    site = str(urlsplit(url).hostname).removeprefix("www.")
    return {"name": name.strip(" :-–—")[:80] or site, "url": url}


def _rows(text: str | None) -> list[str]:
    return [row.strip() for row in (text or "").split("\n") if row.strip()]
