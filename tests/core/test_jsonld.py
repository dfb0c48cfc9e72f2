"""JSON-LD for search engines: what it says, and that no text gets out of its script."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from barcamp.core.jsonld import ConferenceFacts, TalkFacts, Venue, conference_event, in_html, talk_event

START = datetime(2026, 11, 21, 18, tzinfo=UTC)
TALK = TalkFacts("Haiku", "https://c.example/camp/notes/7", START, START.replace(minute=50), "KEC 1001", ("Ada Oak",))
CAMP = ConferenceFacts(
    "Otter", "https://c.example/camp/", date(2026, 11, 21), date(2026, 11, 22), "America/Los_Angeles",
    Venue("Otter Hall", "1 River Road", (44.5, -123.25)),
)  # fmt: skip
FREE = {"@type": "Offer", "price": 0, "priceCurrency": "USD", "availability": "https://schema.org/InStock"}
PLACE = {
    "@type": "Place", "name": "Otter Hall", "address": "1 River Road",
    "geo": {"@type": "GeoCoordinates", "latitude": 44.5, "longitude": -123.25},
}  # fmt: skip


def test_a_conference_is_an_event_with_its_talks() -> None:
    assert conference_event(CAMP, [TALK]) == {
        "@context": "https://schema.org", "@type": "Event", "name": "Otter", "url": "https://c.example/camp/",
        "startDate": "2026-11-21", "endDate": "2026-11-22", "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode", "isAccessibleForFree": True,
        "location": PLACE, "offers": {**FREE, "url": "https://c.example/camp/"},
        "subEvent": [{
            "@type": "Event", "name": "Haiku", "url": "https://c.example/camp/notes/7",
            "startDate": "2026-11-21T10:00-08:00", "endDate": "2026-11-21T10:50-08:00",
            "eventStatus": "https://schema.org/EventScheduled",
            "location": {"@type": "Place", "name": "KEC 1001, Otter Hall", "address": "1 River Road"},
            "performer": [{"@type": "Person", "name": "Ada Oak"}],
        }],
    }  # fmt: skip


def test_a_talk_says_what_it_belongs_to() -> None:
    said = talk_event(TALK, CAMP)
    assert said["superEvent"] == {
        "@type": "Event", "name": "Otter", "url": "https://c.example/camp/", "startDate": "2026-11-21",
        "endDate": "2026-11-22", "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode", "location": PLACE,
    }  # fmt: skip
    assert said["offers"] == {**FREE, "url": "https://c.example/camp/notes/7"}


def test_moved_and_cancelled_talks_say_so() -> None:
    moved = talk_event(TALK._replace(moved_from=START.replace(hour=17)), CAMP)
    assert (moved["eventStatus"], moved["previousStartDate"]) == (
        "https://schema.org/EventRescheduled", "2026-11-21T09:00-08:00",
    )  # fmt: skip
    off = talk_event(TALK._replace(cancelled=True, moved_from=START.replace(hour=17)), CAMP)
    assert (off["eventStatus"], "previousStartDate" in off) == ("https://schema.org/EventCancelled", False)


@given(st.text())
def test_no_text_gets_out_of_its_script(text: str) -> None:
    for hostile in (text, f"</script>{text}", f"<!--<script>{text}"):
        written = in_html(talk_event(TALK._replace(name=hostile), CAMP))
        assert not set("<>&\u2028\u2029") & set(written)
        assert json.loads(written).get("name", "") == hostile
