"""What holds of every form and everything one can press: a token, a label, a name."""

from __future__ import annotations

from bs4 import Tag

from tests.house.visits import Visit

FRAMED = {"feeds.embed", "speakers.embed"}
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


def test_every_form_that_changes_something_carries_its_token(pages: list[Visit]) -> None:
    """Except the one-time link's: the token in its address is the secret."""
    assert [
        f"{page}: {form.get('action')}"
        for page in pages
        for form in page.soup.find_all("form")
        if str(form.get("method", "get")).lower() == "post"
        and page.endpoint != "people.link"
        and not [field for field in form.select("input[type=hidden][name=csrf_token]") if field.get("value")]
    ] == []


def test_no_form_that_only_asks_carries_a_token(pages: list[Visit]) -> None:
    """A token in an address ends up in logs and in links that people share."""
    assert [
        str(page)
        for page in pages
        for form in page.soup.find_all("form")
        if str(form.get("method", "get")).lower() == "get" and form.select("[name=csrf_token]")
    ] == []


def test_scripts_find_the_token_exactly_where_somebody_is_signed_in(pages: list[Visit]) -> None:
    """But not on what other sites show in a frame: nobody is signed in there."""
    own = [page for page in pages if page.endpoint not in FRAMED]
    found = {str(page): len(page.soup.select("meta[name=csrf-token][content]")) for page in own}
    assert found == {str(page): int(page.viewer != "guest") for page in own}


def test_every_field_has_a_label(pages: list[Visit]) -> None:
    assert [
        f"{page}: {field}"
        for page in pages
        for field in page.soup.select("input, select, textarea, meter, progress")
        if field.get("type") not in UNLABELLED and not _label(page, field)
    ] == []


def test_everything_to_press_has_a_name(pages: list[Visit]) -> None:
    assert [
        f"{page}: {pressed}"
        for page in pages
        for pressed in page.soup.select("a[href], button, summary")
        if not (_words(pressed) or pressed.get("aria-label"))
    ] == []


def test_every_picture_says_what_it_is_or_that_it_is_nothing(pages: list[Visit]) -> None:
    assert [
        f"{page}: {picture}"
        for page in pages
        for picture in page.soup.select("img:not([alt]), svg:not([aria-hidden=true]):not([role=img][aria-label])")
    ] == []


def _label(page: Visit, field: Tag) -> str:
    if field.get("aria-label"):
        return str(field["aria-label"])
    if field.get("aria-labelledby"):
        return "".join(
            _words(tag) for name in str(field["aria-labelledby"]).split() for tag in page.soup.select(f"#{name}")
        )
    around = field.find_parent("label")
    if around is not None:
        return _words(around)
    return "".join(_words(label) for label in page.soup.find_all("label", attrs={"for": str(field.get("id", "-"))}))


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
