"""What people type to sign in and on their account page."""

from __future__ import annotations

import unicodedata
from typing import Any

from wtforms import HiddenField, PasswordField, StringField, ValidationError, widgets
from wtforms.validators import DataRequired, Length

from barcamp.core.slugs import clean_line
from barcamp.people import addresses, passwords
from barcamp.web.forms import Line, Typed, cleaned
from barcamp.web.words import _, lazy

LONGEST_NAME = 80


class Address(Line):
    """One e-mail address."""

    widget = widgets.EmailInput()

    def __init__(self, **given: Any) -> None:
        super().__init__(
            lazy("E-mail address"),
            addresses.LONGEST,
            [DataRequired(message=lazy("Please type your e-mail address."))],
            **given,
        )

    def post_validate(self, _form: Typed, stopped: bool) -> None:
        if self.data and not stopped and not self.errors and not addresses.is_address(self.data):
            raise ValidationError(_("This does not look like an e-mail address: name@example.org"))


class Name(Line):
    """What a person wants to be called."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            lazy("Your name"),
            LONGEST_NAME,
            [DataRequired(message=lazy("Please type a name, or a nickname."))],
            **given,
        )


class SignInForm(Typed):
    email = Address()
    next = HiddenField()


class RegisterForm(Typed):
    name = Name()
    email = Address()
    next = HiddenField()


class PasswordSignInForm(Typed):
    email = Address(id="password-email")
    password = PasswordField(
        lazy("Password"),
        [
            DataRequired(message=lazy("Please type your password.")),
            Length(max=1000, message=lazy("That address and password do not match.")),
        ],
    )
    next = HiddenField()


class CodeForm(Typed):
    """Six digits, however they were typed or pasted: "123 456", full-width, with a dash."""

    code = StringField(lazy("Code"), [DataRequired(message=lazy("Please type the six digits from the letter."))],
                       filters=[cleaned(clean_line, 254)])  # fmt: skip

    def digits(self) -> str:
        """The six ASCII digits, or "" when it is not six digits."""
        kept = "".join(letter for letter in unicodedata.normalize("NFKC", self.code.data or "") if letter not in " -")
        return kept if len(kept) == 6 and kept.isascii() and kept.isdigit() else ""

    def validate_code(self, _field: StringField) -> None:
        if not self.digits():
            raise ValidationError(_("A code has six digits, like 123456."))


class NameForm(Typed):
    name = Name()


class WalkInForm(Typed):
    """All that a conference's wall asks of somebody who comes by."""

    name = Name()
    next = HiddenField()


class AddressForm(Typed):
    email = Address()


class NewPasswordForm(Typed):
    password = PasswordField(lazy("New password"))

    def validate_password(self, field: PasswordField) -> None:
        length = len(field.data or "")
        if not passwords.SHORTEST <= length <= passwords.LONGEST:
            words = _("A password has {shortest} to {longest} characters.")
            raise ValidationError(words.format(shortest=passwords.SHORTEST, longest=passwords.LONGEST))


class EraseForm(Typed):
    word = StringField(lazy("Type “erase” to go on"), filters=[cleaned(clean_line, 20)])

    def validate_word(self, field: StringField) -> None:
        if (field.data or "").casefold() != "erase":
            raise ValidationError(_("Please type the word “erase” here."))
