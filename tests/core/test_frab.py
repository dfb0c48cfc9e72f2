"""schedule.xml and schedule.json: what is written can be read by the apps and comes back letter for letter.

What anybody else has written is read as far as it can be, and the rest is said.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core import frab
from barcamp.core.frab import NotASchedule, Problem, shape
from barcamp.core.program import Pause, Program, ProgramRoom, ProgramTalk
from tests.core.schedule_apps import APPS, AppTalk
from tests.core.schemas import errors_in_json, errors_in_xml, needs_schemas

ZONES = ("Europe/London", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
HOSTILE = (
    "x\r\nX-EVIL:1", "]]>", "?>", "<b>bold</b> & co", "</title><title>", "\x00\x07 control", "\ud800 lone", "\u202eRTL",
    "שלום, world; \\n", "😀👩‍🚀", "[Cancelled] not really", "a" * 2000, " ", "\u2028", "-->", "&amp;", "{{ 7 * 7 }}",
)  # fmt: skip
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
addresses = st.sampled_from(("", "https://talks.example.org/a?b=c&d=%20#e", "javascript:alert(1)", "http://x.example/"))
minutes = st.integers(0, 3 * 24 * 60)
# around the days the clocks change in each of the zones
mornings = st.sampled_from(
    [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 4, 4, 12, tzinfo=UTC)]
)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    morning = draw(mornings)
    names = draw(st.lists(texts, max_size=3))
    numbers = draw(st.lists(st.integers(1, 2**31 - 1), unique=True, max_size=4))

    def talk(number: int) -> ProgramTalk:
        starts_at = morning + timedelta(minutes=draw(minutes))
        return ProgramTalk(
            uid=draw(st.sampled_from((f"00000000-0000-4000-8000-{number:012}", f"talk-{number}@old.example"))),
            number=number,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 3000))),
            room=draw(st.one_of(st.sampled_from(names), texts) if names else texts),
            title=draw(texts),
            description=draw(texts),
            kind=draw(st.sampled_from(("talk", "workshop", "break", ""))),
            tags=tuple(draw(st.lists(texts, max_size=3))),
            presenters=tuple(draw(st.lists(texts, max_size=3))),
            url=draw(addresses),
            slides_url=draw(addresses),
            recording_url=draw(addresses),
            status=draw(st.sampled_from(("CONFIRMED", "TENTATIVE", "CANCELLED"))),
        )

    def pause() -> Pause:
        starts_at = morning + timedelta(minutes=draw(minutes))
        return Pause(starts_at, starts_at + timedelta(minutes=draw(st.integers(1, 90))), draw(texts) or "Lunch")

    return Program(
        title=draw(texts),
        acronym=draw(st.sampled_from(("camp", "ab", "my-camp-2026", ""))),
        zone=draw(st.sampled_from(ZONES)),
        starts_on=morning.date(),
        ends_on=morning.date() + timedelta(days=draw(st.integers(0, 60))),
        version=draw(texts),
        url=draw(addresses),
        place=draw(texts),
        rooms=tuple(ProgramRoom(name, draw(texts), draw(st.one_of(st.none(), st.integers(1, 9999)))) for name in names),
        talks=tuple(talk(number) for number in numbers),
        pauses=tuple(pause() for _ in range(draw(st.integers(0, 2)))),
    )


def plain(**given: Any) -> Program:
    """A small camp: a talk, a cancelled one, lunch, and a talk after midnight."""
    day = datetime(2026, 11, 21, tzinfo=UTC)
    talks = (
        ProgramTalk(
            "00000000-0000-4000-8000-000000000007", 7, day + timedelta(hours=19), day + timedelta(hours=19, minutes=50),
            "KEC 1001", "Haiku", "**Five**, seven, five", "workshop", ("poetry", "words"), ("Ada Oak", "Bo Elm"),
            "https://camp.example/camp/notes/7", "https://slides.example/7", "https://film.example/7",
        ),
        ProgramTalk(
            "00000000-0000-4000-8000-000000000003", 3, day + timedelta(hours=20), day + timedelta(hours=21), "KEC 1003",
            "Kayaks", url="https://camp.example/camp/notes/3", status="CANCELLED",
        ),
        ProgramTalk(
            "00000000-0000-4000-8000-000000000009", 9, day + timedelta(hours=33), day + timedelta(hours=34), "KEC 1001",
            "Stars", presenters=("Ada Oak",), url="https://camp.example/camp/notes/9",
        ),
    )  # fmt: skip
    made = Program(
        "Otter BarCamp", "camp", "America/Los_Angeles", date(2026, 11, 21), date(2026, 11, 21), "2.14",
        "https://camp.example/camp", "Otter Hall", (ProgramRoom("KEC 1001", "kec-1001", 50), ProgramRoom("KEC 1003")),
        talks, (Pause(day + timedelta(hours=20), day + timedelta(hours=21), "Lunch"),),
    )  # fmt: skip
    return replace(made, **given)


# ── there and back ────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=60)
@given(programs(), st.booleans())
def test_what_is_written_comes_back(program: Program, breaks: bool) -> None:
    wanted = frab.tidy(program)
    assert frab.read_xml(frab.write_xml(program, breaks=breaks)) == frab.Read(wanted)
    assert frab.read_json(frab.write_json(program, breaks=breaks)) == frab.Read(wanted)
    assert frab.tidy(wanted) == wanted


@settings(deadline=None, max_examples=60)
@given(programs(), st.booleans())
def test_the_apps_on_phones_read_every_talk(program: Program, breaks: bool) -> None:
    program = replace(program, url="https://camp.example/camp")
    content = frab.write_xml(program, breaks=breaks)
    readings = {name: app(content) for name, app in APPS.items()}
    assert readings["Giggity"] == readings["EventFahrplan"] == readings["FOSDEM Companion"]
    numbers = {talk.number for talk in program.talks}
    assert [one.id for one in readings["Giggity"] if one.id in numbers] == sorted(numbers)


@needs_schemas
@settings(deadline=None, max_examples=60)
@given(programs(), st.booleans())
def test_both_are_valid_by_the_schemas(program: Program, breaks: bool) -> None:
    assert errors_in_xml(frab.write_xml(program, breaks=breaks)) == []
    assert errors_in_json(frab.write_json(program, breaks=breaks)) == []


def test_equal_programs_give_equal_bytes() -> None:
    turned = plain(talks=plain().talks[::-1])
    assert frab.write_xml(plain()) == frab.write_xml(turned)
    assert frab.write_json(plain()) == frab.write_json(turned)


# ── what stands in the files ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_app_sees_what_the_schedule_says() -> None:
    talks = APPS["EventFahrplan"](frab.write_xml(plain()))
    (ada, _), (bo, _) = talks[1].persons
    assert ada != bo
    day = datetime(2026, 11, 21, tzinfo=UTC)
    assert talks == [
        AppTalk(3, day + timedelta(hours=20), day + timedelta(hours=21), "KEC 1003", "[Cancelled] Kayaks", ()),
        AppTalk(
            7, day + timedelta(hours=19), day + timedelta(hours=19, minutes=50), "KEC 1001", "Haiku",
            ((ada, "Ada Oak"), (bo, "Bo Elm")),
        ),
        AppTalk(9, day + timedelta(hours=33), day + timedelta(hours=34), "KEC 1001", "Stars", ((ada, "Ada Oak"),)),
    ]  # fmt: skip


def test_what_runs_after_midnight_is_in_the_day_before() -> None:
    days = ET.fromstring(frab.write_xml(plain())).findall("day")
    assert [(day.get("date"), len(list(day.iter("event")))) for day in days] == [("2026-11-21", 3)]
    assert (days[0].get("start"), days[0].get("end")) == ("2026-11-21T05:00:00-08:00", "2026-11-22T05:00:00-08:00")


def test_offsets_are_those_of_the_instant() -> None:
    night = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # 01:30 PDT, and an hour later 01:30 PST
    talks = tuple(
        replace(talk, starts_at=night + timedelta(hours=hours), ends_at=night + timedelta(hours=hours + 1))
        for hours, talk in enumerate(plain().talks[::2])
    )
    events = ET.fromstring(frab.write_xml(plain(talks=talks, starts_on=date(2026, 10, 31), ends_on=date(2026, 10, 31))))
    assert [event.findtext("date") for event in events.iter("event")] == [
        "2026-11-01T01:30:00-07:00", "2026-11-01T01:30:00-08:00",
    ]  # fmt: skip
    assert {event.findtext("duration") for event in events.iter("event")} == {"01:00"}


def test_breaks_are_events_by_option() -> None:
    assert b"Lunch" not in frab.write_xml(plain()).partition(b"<?barcamp")[0]
    root = ET.fromstring(frab.write_xml(plain(), breaks=True))
    lunches = [(room.get("name"), event) for room in root.iter("room") for event in room if event.tag == "event"
               and event.findtext("type") == "break"]  # fmt: skip
    assert [(room, event.findtext("title"), event.findtext("track")) for room, event in lunches] == [
        ("KEC 1001", "Lunch", ""), ("KEC 1003", "Lunch", ""),
    ]  # fmt: skip
    again = ET.fromstring(frab.write_xml(plain(version="3.1"), breaks=True))
    assert {event.get("id") for _, event in lunches} <= {event.get("id") for event in again.iter("event")}


def test_a_talk_of_more_than_a_day_keeps_the_file_alive() -> None:
    long = replace(plain().talks[0], ends_at=plain().talks[0].starts_at + timedelta(days=2))
    program = plain(talks=(long,))
    content = frab.write_xml(program)
    assert [event.findtext("duration") for event in ET.fromstring(content).iter("event")] == ["23:59"]
    assert frab.read_xml(content).program == frab.tidy(program)


def test_an_empty_schedule_is_one() -> None:
    program = plain(talks=(), pauses=(), rooms=())
    assert frab.read_xml(frab.write_xml(program)).program == program
    assert frab.read_json(frab.write_json(program)).program == program
    assert APPS["EventFahrplan"](frab.write_xml(program)) == []


@pytest.mark.parametrize(
    ("slug", "acronym"),
    [("beaver", "beaver"), ("my-camp-2026", "my_camp_2026"), ("ab", "ab__"), ("Über!", "ber_"), ("", "____")],
)
def test_an_acronym_is_of_few_letters(slug: str, acronym: str) -> None:
    assert frab.acronym_of(slug) == acronym


@pytest.mark.parametrize(
    "change",
    [{"number": 0}, {"number": 2**31}, {"starts_at": datetime.fromisoformat("2026-01-01T10:00")}, {"status": "GONE"},
     {"ends_at": datetime(9999, 1, 1, tzinfo=UTC)}, {"number": 3}, {"uid": plain().talks[1].uid}],
)  # fmt: skip
def test_a_program_that_is_none_is_refused(change: dict[str, Any]) -> None:
    talks = (replace(plain().talks[0], **change), *plain().talks[1:])
    with pytest.raises(ValueError, match=r"Two talks|Not "):
        frab.write_xml(plain(talks=talks))


# ── anybody's files ───────────────────────────────────────────────────────────────────────────────────────────────────


def foreign_xml(events: str, conference: str = "", days: str = 'date="2026-05-01" index="1"') -> bytes:
    """As other programs write it: `<day>` says nothing of its window, and there is no addition of ours."""
    zone = "<time_zone_name>Europe/Berlin</time_zone_name>"
    head = f"<acronym>fc26</acronym><title>Foreign Conf</title>{conference or zone}"
    return (
        f'<?xml version="1.0"?><schedule xmlns:x="urn:x"><version>1</version><conference>{head}</conference>'
        f'<day {days}><room name="Aula">{events}</room></day></schedule>'
    ).encode()


def foreign_event(inner: str = "", *, guid: str = "", number: str = "5", date_: str = "", length: str = "00:45") -> str:
    when = f"<date>{date_}</date>" if date_ else ""
    return (
        f'<event id="{number}" guid="{guid}">{when}<start>10:00</start><duration>{length}</duration>'
        f"<title>A &amp; B</title>{inner}</event>"
    )


def test_a_file_of_another_program_is_read() -> None:
    event = foreign_event(
        "<subtitle>or C</subtitle><track>Security</track><type>lecture</type><abstract>Short &lt;b&gt;</abstract>"
        "<description>Long</description><persons><person id='3'>Zoë</person><person>  </person></persons>"
        "<links><link href='https://x.example/'>x</link></links><recording><url>https://film.example/5</url></recording>"
        "<attachments><attachment href='https://s.example/5' type='slides'>Slides</attachment></attachments>",
        guid="DEADBEEF-0000-4000-8000-000000000005",
    )  # fmt: skip
    read = frab.read_xml(foreign_xml(event))
    start = datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert read == frab.Read(Program(
        "Foreign Conf", "fc26", "Europe/Berlin", date(2026, 5, 1), date(2026, 5, 1), "1", rooms=(ProgramRoom("Aula"),),
        talks=(ProgramTalk(
            "deadbeef-0000-4000-8000-000000000005", 5, start, start + timedelta(minutes=45), "Aula", "A & B",
            "or C\n\nShort <b>\n\nLong", "lecture", ("Security",), ("Zoë",), slides_url="https://s.example/5",
            recording_url="https://film.example/5",
        ),),
    ))  # fmt: skip


def test_a_broken_event_does_not_stop_the_others() -> None:
    events = [
        foreign_event(number="1", length="soon"),
        foreign_event(number="2", length="999:00"),
        foreign_event(number="3", length="00:00"),
        foreign_event(number="4", date_="0001-01-01T00:00:00+14:00"),
        foreign_event(number="5").replace("<start>10:00</start>", "<start>25:00</start>"),
        foreign_event(number="6", guid="deadbeef-0000-4000-8000-000000000005"),
        foreign_event(number="7", guid="deadbeef-0000-4000-8000-000000000005"),
    ]
    read = frab.read_xml(foreign_xml("".join(events)))
    assert [talk.number for talk in read.program.talks] == [6]
    assert [(one.item, one.words) for one in read.problems] == [
        ("A & B", "It does not say how long it takes."),
        ("A & B", "It takes longer than a week."),
        ("A & B", "It does not say how long it takes."),
        ("A & B", "Its time is out of this age."),
        ("A & B", "It does not say when it starts."),
        ("A & B", "Another one with the same guid comes before it."),
    ]


def test_numbers_that_are_none_or_taken_are_made() -> None:
    events = "".join(foreign_event(number=number, date_=f"2026-05-01T1{hour}:00:00+02:00")
                     for hour, number in enumerate(("8", "x", "-1", "99999999999")))  # fmt: skip
    first, second = frab.read_xml(foreign_xml(events)), frab.read_xml(foreign_xml(events))
    assert first == second
    numbers = [talk.number for talk in first.program.talks]
    assert numbers[0] == 8
    assert len(set(numbers)) == 4
    assert all(0 < number < 2**31 for number in numbers)


def test_a_night_of_an_old_file_is_the_next_day() -> None:
    event = foreign_event().replace("10:00", "01:30")
    window = 'date="2026-05-01" start="2026-05-01T09:00:00+02:00" index="1"'
    read = frab.read_xml(foreign_xml(event, days=window))
    assert read.program.talks[0].starts_at == datetime(2026, 5, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [("", "The file names no time zone; UTC is taken."),
     ("Mars/Base", "The time zone “{zone}” is not known; UTC is taken.")],
)  # fmt: skip
def test_a_missing_zone_is_said(zone: str, words: str) -> None:
    said = f"<time_zone_name>{zone}</time_zone_name>"
    read = frab.read_xml(foreign_xml(foreign_event(date_="2026-05-01T10:00:00+02:00"), conference=said))
    assert (read.program.zone, [one.words for one in read.problems]) == ("UTC", [words])
    assert read.program.talks[0].starts_at == datetime(2026, 5, 1, 8, tzinfo=UTC)


BOMB = b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><schedule><conference/>&b;</schedule>'
OUTSIDE = b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><schedule><conference/>&a;</schedule>'


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<schedule", b"<schedule/>", b"<html><conference/></html>", b"\xff\xfe\x00", b"<a>" * 20_000,
     b'<?xml version="1.0" encoding="klingon"?><schedule/>', BOMB, OUTSIDE,
     b"<schedule><conference><title>x</title></conference></schedule>"],
)  # fmt: skip
def test_what_is_no_schedule_xml_is_said(content: bytes) -> None:
    with pytest.raises(NotASchedule, match="schedule"):
        frab.read_xml(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b'{"schedule": 3}', b'{"schedule": {"conference": []}}', b"\xff\xfe", b"[" * 100_000,
     b'{"schedule": {"conference": {"title": "x"}}}', b"1" * 5000],
)  # fmt: skip
def test_what_is_no_schedule_json_is_said(content: bytes) -> None:
    with pytest.raises(NotASchedule, match="schedule"):
        frab.read_json(content)


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_odd_values_anywhere_in_a_json_are_no_crash(data: st.DataObject) -> None:
    document = json.loads(frab.write_json(plain(), breaks=True))
    for _ in range(data.draw(st.integers(1, 4))):
        _replace_somewhere(data, document)
    try:
        read = frab.read_json(json.dumps(document).encode())
    except NotASchedule:
        return
    assert frab.tidy(read.program) == read.program
    assert all(problem.words.format(**problem.facts) for problem in read.problems)


def _replace_somewhere(data: st.DataObject, document: Any) -> None:
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(st.integers(0, 5)) == 0:
            here[key] = data.draw(junk)
            return
        here = here[key]


@pytest.mark.parametrize(
    "addition",
    ["", "{", "[]", "null", '{"talks": 3, "rooms": [1, {"name": 2}], "pauses": [{}], "place": []}',
     '{"pauses": [{"starts_at": "0001-01-01T00:00:00", "ends_at": "x", "name": 1}], "rooms": {"a": 1}}',
     '{"talks": {"00000000-0000-4000-8000-000000000007": {"status": "GONE", "tags": [1], "ends_at": 5, "uid": 7}}}'],
)  # fmt: skip
def test_an_addition_that_is_none_of_ours_is_passed_over(addition: str) -> None:
    written, _, rest = frab.write_xml(plain(pauses=(), talks=plain().talks[:1])).decode().partition("<?barcamp ")
    read = frab.read_xml(f"{written}<?barcamp {addition}?>{rest.partition('?>')[2]}".encode())
    assert [(talk.title, talk.status, talk.tags) for talk in read.program.talks] == [
        ("Haiku", "CONFIRMED", ("poetry",))
    ]  # fmt: skip
    assert (read.problems, read.program.pauses, read.program.place) == ((), (), "")


def test_a_json_of_another_program_is_read() -> None:
    """With both old and new names of persons, events by room, and an end beside the duration."""
    event = {
        "id": 12, "guid": "deadbeef-0000-4000-8000-00000000000c", "date": "2026-05-01T10:00:00+02:00",
        "duration": "00:30", "end": "2026-05-01T10:45:00+02:00", "room": "Aula", "title": "CANCELLED or not",
        "track": None, "type": "lecture", "abstract": "Same", "description": "Same", "subtitle": None,
        "persons": [{"id": 1, "public_name": "Zoë"}, {"name": "Ines"}, "nobody", {}], "links": None,
        "attachments": [{"url": "https://s.example/12", "type": "slides"}],
    }  # fmt: skip
    conference = {
        "acronym": "fc26", "title": "Foreign Conf", "start": "2026-05-01", "end": "2026-05-02",
        "time_zone_name": "Europe/Berlin", "rooms": [{"name": "Foyer", "capacity": 20.0}, {"name": "Aula"}],
        "days": [{"index": 1, "date": "2026-05-01", "rooms": {"Aula": [event]}}],
    }  # fmt: skip
    read = frab.read_json(json.dumps({"schedule": {"version": "7", "conference": conference}}).encode())
    start = datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert read == frab.Read(Program(
        "Foreign Conf", "fc26", "Europe/Berlin", date(2026, 5, 1), date(2026, 5, 2), "7",
        rooms=(ProgramRoom("Foyer", "", 20), ProgramRoom("Aula")),
        talks=(ProgramTalk(
            "deadbeef-0000-4000-8000-00000000000c", 12, start, start + timedelta(minutes=45), "Aula",
            "CANCELLED or not", "Same", "lecture", presenters=("Zoë", "Ines"), slides_url="https://s.example/12",
        ),),
    ))  # fmt: skip


def test_numbers_stay_and_differ() -> None:
    one, more = shape.numbers(["Ada Oak"]), shape.numbers(["Bo Elm", "Ada Oak", "Cy Reed"])
    assert more["Ada Oak"] == one["Ada Oak"]
    assert len(set(more.values())) == 3
    taken = one["Ada Oak"]
    assert shape.numbers(["Ada Oak"], [taken])["Ada Oak"] not in (taken, 0)


def test_too_many_events_are_cut_and_said() -> None:
    document = json.loads(frab.write_json(plain(talks=plain().talks[:1])))
    day = document["schedule"]["conference"]["days"][0]
    (event,) = day["rooms"]["KEC 1001"]
    day["rooms"]["KEC 1001"] = [{**event, "guid": "", "id": number} for number in range(1, 5003)]
    read = frab.read_json(json.dumps(document).encode())
    words = "There are more than {most} events in this file; the others are left out."
    assert (len(read.program.talks), read.problems) == (5000, (Problem("", words, {"most": 5000}),))
