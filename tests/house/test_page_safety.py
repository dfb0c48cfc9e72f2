"""What holds of every answer: strict headers, nothing inline, nothing loaded from another host."""

from __future__ import annotations

import json
import re

from tests.house.visits import Visit

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "default",
}
# pages for other people's pages
FRAMED = ".embed"
# the one kind of script that may stand in a page: no browser runs it
DATA = "application/ld+json"
# what the browser fetches or sends by itself, without anybody following a link
LOADING = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("formaction", "src"),
}


def test_every_answer_has_the_strict_headers(visits: list[Visit]) -> None:
    odd = {}
    for visit in visits:
        headers, found = visit.answer.headers, _policy(visit)
        if visit.endpoint.endswith(FRAMED) and visit.answer.status_code == 200:
            continue
        if found != POLICY or headers.get("X-Content-Type-Options") != "nosniff" or "Referrer-Policy" not in headers:
            odd[str(visit)] = found
    assert odd == {}


def test_what_others_show_in_a_frame_runs_nothing_and_sends_nothing(visits: list[Visit]) -> None:
    framed = [visit for visit in visits if visit.endpoint.endswith(FRAMED) and visit.answer.status_code == 200]
    assert framed
    for visit in framed:
        policy = _policy(visit)
        assert policy.pop("style-src").split()[0] == "'self'", visit
        policy.pop("img-src", None)
        assert policy == {
            "default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "*",
        }, visit  # fmt: skip
        assert visit.soup.select("script, form") == [], visit
        assert "Set-Cookie" not in visit.answer.headers, visit


def test_old_browsers_and_scanners_hear_the_same_of_frames(visits: list[Visit]) -> None:
    for visit in visits:
        may_be_framed = _policy(visit).get("frame-ancestors") != "'none'"
        assert visit.answer.headers.get("X-Frame-Options") == (None if may_be_framed else "DENY"), visit


def _policy(visit: Visit) -> dict[str, str]:
    said = visit.answer.headers.get("Content-Security-Policy", "").split("; ")
    return dict(part.split(" ", 1) for part in said if " " in part)


def test_no_script_or_style_stands_in_a_page(pages: list[Visit]) -> None:
    found = []
    for page in pages:
        scripts = [tag for tag in page.soup.find_all("script") if tag.get("type") != DATA]
        found += [f"{page}: {tag}" for tag in page.soup.select("style, [style], base, [srcdoc]")]
        found += [f"{page}: {tag}" for tag in scripts if "src" not in tag.attrs or tag.text.strip()]
        found += [
            f"{page}: {name} on <{tag.name}>"
            for tag in page.soup.find_all(True)
            for name in tag.attrs
            if name[:2] == "on"
        ]
    assert found == []


def test_data_in_a_page_is_data(pages: list[Visit]) -> None:
    """A browser runs nothing of it, and nothing that somebody typed gets out of it."""
    blocks = [(page, tag) for page in pages for tag in page.soup.find_all("script", type=DATA)]
    assert blocks
    for page, tag in blocks:
        assert list(tag.attrs) == ["type"], page
        assert "<" not in str(tag.string), page
        assert json.loads(str(tag.string))["@context"] == "https://schema.org", page


def test_nothing_is_loaded_from_another_host(pages: list[Visit]) -> None:
    assert [
        f"{page}: {tag}"
        for page in pages
        for name, attributes in LOADING.items()
        for tag in page.soup.find_all(name)
        for attribute in attributes
        if not _is_here(str(tag.get(attribute, "")))
    ] == []


def test_links_lead_to_pages_and_never_run_code(pages: list[Visit]) -> None:
    """An outgoing link is fine; one that opens a new window must not hand it this one."""
    found = []
    for page in pages:
        for link in page.soup.select("a[href]"):
            scheme = re.match(r"[a-z][a-z0-9+.-]*:", str(link["href"]), re.IGNORECASE)
            if scheme is not None and scheme[0].lower() not in (
                "http:",
                "https:",
                "webcal:",
                "mailto:",
                "geo:",
                "tel:",
            ):
                found.append(f"{page}: {link['href']}")
            if link.get("target") == "_blank" and "noopener" not in str(link.get("rel", "")):
                found.append(f"{page}: {link['href']} opens a window without rel=noopener")
    assert found == []


def _is_here(address: str) -> bool:
    return (
        not address
        or address.startswith(("#", "?", "data:image/"))
        or bool(re.match(r"/(?![/\\])|(?!//)[\w.-]+(?!:)", address))
    )
