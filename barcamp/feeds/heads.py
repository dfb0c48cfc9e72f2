"""What each feed says of itself, and the validator that stands for its bytes.

No words here are translated: a feed reads the same for everybody, whatever language the asker's browser wants.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from barcamp.core.etags import etag_of
from barcamp.core.ical import Feed
from barcamp.feeds.queries import Look, RoomLook, SiteLook, SpeakerLook

#: Part of every validator: raise it when the serialiser's output changes for equal rows.
SERIALISER = 2
#: When a site without any conference was last changed.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def schedule(look: Look, base: str) -> Feed:
    return _public(look, base, look.name, "schedule.ics")


def room(found: RoomLook, base: str) -> Feed:
    return _public(found.look, base, f"{found.look.name}: {found.name}", f"rooms/{quote(found.key, safe='')}.ics")


def tag(look: Look, tag: str, base: str) -> Feed:
    return _public(look, base, f"{look.name}: #{tag}", f"tags/{quote(tag, safe='')}.ics")


def agenda(look: Look, base: str) -> Feed:
    """The head of a personal agenda. Its address is a secret, so the feed does not say it."""
    return Feed(
        name=f"My {look.name}",
        description=look.tagline,
        url=f"{base}/{look.slug}/me",
        source_url=None,
        zone=look.zone,
        changed_at=look.changed_at,
    )


def speaker(look: SpeakerLook, base: str) -> Feed:
    page = f"{base}/speakers/{look.slug}"
    return Feed(
        name=f"{look.name}: talks",
        description=f"Where and when {look.name} speaks.\n{page}",
        url=page,
        source_url=f"{page}.ics",
        zone="UTC",
        changed_at=look.changed_at,
    )


def site(look: SiteLook, base: str) -> Feed:
    return Feed(
        name=f"Conferences at {urlsplit(base).hostname}",
        description=f"All conferences that are announced here.\n{base}/",
        url=f"{base}/",
        source_url=f"{base}/conferences.ics",
        zone="UTC",
        changed_at=look.changed_at or NEVER,
    )


def etag(feed: Feed, *what: object) -> str:
    """A strong validator without making the body: what the head says, and what the fragments in it stand for.

    `what` has to change with them: the kind of feed, whose it is, and the revision.
    """
    return etag_of(SERIALISER, what, feed)


def _public(look: Look, base: str, name: str, path: str) -> Feed:
    camp = f"{base}/{look.slug}"
    return Feed(
        name=name,
        description=look.tagline,
        url=f"{camp}/schedule",
        source_url=f"{camp}/{path}",
        zone=look.zone,
        changed_at=look.changed_at,
    )
