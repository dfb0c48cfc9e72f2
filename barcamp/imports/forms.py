"""What an organizer gives to import: a file or an address."""

from __future__ import annotations

from wtforms import FileField, StringField
from wtforms.validators import Length

from barcamp.core.slugs import clean_line
from barcamp.fetch import LONGEST_ADDRESS, BadAddress, checked
from barcamp.imports.understand import MOST_BYTES
from barcamp.web.forms import Typed
from barcamp.web.words import _, lazy, told

MEGABYTE = 1_000_000


class GivenForm(Typed):
    """One of the two; the file's content is read by the route."""

    file = FileField(
        lazy("A file"),
        description=lazy("schedule.xml, schedule.json or iCalendar (.ics), up to {n} MB.", n=MOST_BYTES // MEGABYTE),
    )  # fmt: skip
    address = StringField(
        lazy("Or an address"), [Length(max=LONGEST_ADDRESS, message=lazy("This address is too long."))],
        description=lazy("Where such a file is on the web: https://… or webcal://…"),
    )  # fmt: skip

    def given(self, name: str, content: bytes) -> tuple[str, bytes | None] | None:
        """(name, content) of the file or (address, None); None after a message was put on a field."""
        address = (self.address.data or "").strip()
        name = clean_line(name)[:200]
        if content and address:
            self.refuse("address", _("Please give a file or an address, not both."))
        elif len(content) > MOST_BYTES:
            self.refuse("file", _("This file is larger than {n} MB.").format(n=MOST_BYTES // MEGABYTE))
        elif content:
            return name or _("a file"), content
        elif name:
            self.refuse("file", _("This file is empty."))
        elif not address:
            self.refuse("file", _("Please choose a file or give an address."))
        else:
            try:
                return checked(address), None
            except BadAddress as refusal:
                self.refuse("address", told(refusal))
        return None
