"""Wall clocks, the days they change, the slots of a day, and the words for when something opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from barcamp.core import times
from barcamp.core.times import Break, Opening, Span, to_utc, to_wall

LA = "America/Los_Angeles"
CAMP = datetime(2026, 6, 27, tzinfo=UTC)  # a Saturday


def at(text: str, zone: str = "UTC") -> datetime:
    """ "06-27 13:00" of 2026 on a wall clock of the zone, as an instant in UTC."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock(spans: list[Span], zone: str = "UTC") -> list[str]:
    """Spans as "10:00-10:50" on a wall clock of the zone."""
    return ["-".join(f"{moment.astimezone(ZoneInfo(zone)):%H:%M}" for moment in (one.start, one.end)) for one in spans]


# ── the wall clock and UTC ──


@pytest.mark.parametrize(
    ("shown", "zone", "instant"),
    [
        ("2026-06-27T10:00", LA, "2026-06-27T17:00+00:00"),
        ("2026-01-10T10:00", LA, "2026-01-10T18:00+00:00"),
        ("2026-06-27T00:00", "Asia/Kathmandu", "2026-06-26T18:15+00:00"),
        ("2026-06-27T10:00", "UTC", "2026-06-27T10:00+00:00"),
        ("2026-06-27T10:00:59.999999", "UTC", "2026-06-27T10:00+00:00"),
        ("2026-03-08T01:59", LA, "2026-03-08T09:59+00:00"),
        ("2026-03-08T03:00", LA, "2026-03-08T10:00+00:00"),
        ("2026-11-01T01:30", LA, "2026-11-01T08:30+00:00"),
        ("2026-11-01T02:00", LA, "2026-11-01T10:00+00:00"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45+00:00"),
    ],
)
def test_a_wall_clock_time_is_an_instant(shown: str, zone: str, instant: str) -> None:
    assert to_utc(wall(shown), zone) == datetime.fromisoformat(instant)
    assert to_utc(wall(shown), zone).tzinfo is UTC


def test_a_repeated_time_is_the_first_unless_the_second_is_asked_for() -> None:
    shown = wall("2026-11-01T01:30")

    assert to_utc(shown, LA) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert to_utc(shown.replace(fold=1), LA) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert to_utc(shown, LA, repeated="second") == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert to_utc(wall("2026-11-01T02:30"), LA, repeated="second") == datetime(2026, 11, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize("repeated", ["first", "second"])
@pytest.mark.parametrize(
    ("shown", "zone"),
    [
        ("2026-03-08T02:00", LA),
        ("2026-03-08T02:59", LA),
        ("2026-03-29T02:30", "Europe/Berlin"),
        ("2026-10-04T02:15", "Australia/Lord_Howe"),
        ("2011-12-30T12:00", "Pacific/Apia"),
    ],
)
def test_a_time_the_clocks_jump_over_does_not_exist(shown: str, zone: str, repeated: str) -> None:
    with pytest.raises(times.NoSuchTime) as refusal:
        to_utc(wall(shown), zone, repeated=repeated)  # type: ignore[arg-type]

    moment = wall(shown)
    assert refusal.value.code == "no-such-time"
    assert str(refusal.value) == (
        f"{moment:%H:%M} on {moment:%Y-%m-%d} does not exist in {times.zone_name(zone)}: "
        "the clocks go forward over it that day."
    )


@given(
    st.datetimes(datetime(1973, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(times.zones()),
)
def test_an_instant_comes_back_from_any_wall_clock(instant: datetime, zone: str) -> None:
    instant = times.floor_minute(instant)
    shown = to_wall(instant, zone)
    assume(1973 <= shown.year <= 2199)

    assert shown.tzinfo is None
    assert to_utc(shown, zone, repeated="second" if shown.fold else "first") == instant


def test_a_wall_clock_time_has_no_zone_and_an_instant_has_one() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        to_utc(CAMP, LA)
    with pytest.raises(times.ZoneMissing, match="says no zone"):
        to_wall(wall("2026-06-27T10:00"), LA)


@pytest.mark.parametrize("year", [1, 1972, 2200, 9999])
def test_a_far_away_year_is_refused(year: int) -> None:
    with pytest.raises(times.FarAway, match=f"The year {year} is too far away"):
        to_utc(datetime(year, 1, 1), LA)  # noqa: DTZ001


@pytest.mark.parametrize(
    "name", ["", "PST", "EST", "GMT", "Etc/GMT+5", "Mars/Olympus", "../../etc/passwd", "America", "europe/berlin",
             "Europe/Berlin\n", "localtime", "Factory", "\x00"]
)  # fmt: skip
def test_what_names_no_place_is_no_zone(name: str) -> None:
    assert times.is_zone(name) is False
    with pytest.raises(times.UnknownZone, match="There is no time zone called"):
        to_utc(wall("2026-06-27T10:00"), name)


def test_zones_are_sorted_for_a_select() -> None:
    names = times.zones()

    assert names[-1] == "UTC"
    assert names[:-1] == sorted(set(names[:-1]))
    assert {LA, "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"} <= set(names)
    assert [name for name in names if not times.is_zone(name)] == []
    assert len(names) > 300


def test_a_moment_is_floored_to_the_minute() -> None:
    assert times.floor_minute(datetime(2026, 6, 27, 10, 5, 59, 999_999, tzinfo=UTC)) == at("06-27 10:05")


# ── spans ──


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ("09:00-10:00", False),
        ("09:00-10:01", True),
        ("10:00-11:00", True),
        ("10:10-10:20", True),
        ("09:00-12:00", True),
        ("10:59-12:00", True),
        ("11:00-12:00", False),
        ("10:30-10:30", False),
        ("10:00-10:00", False),
    ],
)
def test_spans_overlap_when_they_share_time(other: str, answer: bool) -> None:
    start, end = (at(f"06-27 {time}") for time in other.split("-"))

    assert times.overlaps(at("06-27 10:00"), at("06-27 11:00"), start, end) is answer
    assert times.overlaps(start, end, at("06-27 10:00"), at("06-27 11:00")) is answer


@given(st.tuples(*[st.integers(0, 12)] * 4))
def test_overlapping_is_sharing_a_minute(ends: tuple[int, int, int, int]) -> None:
    a_start, a_end, b_start, b_end = (CAMP + timedelta(minutes=minutes) for minutes in ends)
    shared = set(range(ends[0], ends[1])) & set(range(ends[2], ends[3]))

    assert times.overlaps(a_start, a_end, b_start, b_end) is bool(shared)


# ── the grid ──


def test_a_day_of_slots_is_made_around_its_breaks() -> None:
    lunch = Break(at("06-27 12:00", LA), at("06-27 13:00", LA))
    snack = Break(at("06-27 15:00", LA), at("06-27 15:30", LA))

    slots = times.grid(at("06-27 10:00", LA), at("06-27 17:30", LA), 50, 10, [snack, lunch])

    assert clock(slots, LA) == [
        "10:00-10:50", "11:00-11:50", "13:00-13:50", "14:00-14:50", "15:30-16:20", "16:30-17:20",
    ]  # fmt: skip
    assert {moment.tzinfo for slot in slots for moment in (slot.start, slot.end)} == {UTC}


@pytest.mark.parametrize(
    ("breaks", "slots"),
    [
        ([], ["10:00-11:00", "11:00-12:00", "12:00-13:00"]),
        (["11:00-11:30"], ["10:00-11:00", "11:30-12:30"]),
        (["10:59-11:00"], ["11:00-12:00", "12:00-13:00"]),
        (["11:30-11:40"], ["10:00-11:00", "11:40-12:40"]),
        (["09:00-10:30"], ["10:30-11:30", "11:30-12:30"]),
        (["09:00-10:00", "13:00-14:00"], ["10:00-11:00", "11:00-12:00", "12:00-13:00"]),
        (["11:00-12:00", "11:30-11:45"], ["10:00-11:00", "12:00-13:00"]),
        (["11:15-11:20", "11:10-11:15"], ["10:00-11:00", "11:20-12:20"]),
        (["06:00-11:59"], ["11:59-12:59"]),
    ],
)
def test_a_slot_that_would_run_into_a_break_starts_again_after_it(breaks: list[str], slots: list[str]) -> None:
    fixed = [Break(*(at(f"06-27 {time}") for time in one.split("-"))) for one in breaks]

    assert clock(times.grid(at("06-27 10:00"), at("06-27 13:00"), 60, 0, fixed)) == slots


def test_slots_go_on_over_midnight() -> None:
    slots = times.grid(at("06-27 22:30", LA), at("06-28 01:00", LA), 45, 5)

    assert clock(slots, LA) == ["22:30-23:15", "23:20-00:05", "00:10-00:55"]


@pytest.mark.parametrize(
    ("day", "slots"),
    [
        ("03-08", ["00:00-01:00", "01:00-03:00", "03:00-04:00"]),  # two o'clock is three
        ("11-01", ["00:00-01:00", "01:00-01:00", "01:00-02:00", "02:00-03:00", "03:00-04:00"]),  # one o'clock twice
    ],
)
def test_slots_are_of_true_length_when_the_clocks_change(day: str, slots: list[str]) -> None:
    made = times.grid(at(f"{day} 00:00", LA), at(f"{day} 04:00", LA), 60, 0)

    assert clock(made, LA) == slots
    assert {slot.end - slot.start for slot in made} == {timedelta(hours=1)}


def test_stray_seconds_and_other_zones_are_taken_off() -> None:
    pacific = timezone(timedelta(hours=-7))
    first = datetime(2026, 6, 27, 10, 0, 30, tzinfo=pacific)
    last = datetime(2026, 6, 27, 11, 0, 5, tzinfo=pacific)

    assert times.grid(first, last, 60, 0) == [Span(at("06-27 17:00"), at("06-27 18:00"))]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"last": at("06-27 10:00")}, "end-before-start", "The last time must be after the first."),
        ({"last": at("06-27 09:00")}, "end-before-start", "The last time must be after the first."),
        ({"first": wall("2026-06-27T10:00")}, "zone-missing", "This time says no zone, so nobody knows when it is."),
        ({"last": datetime.max.replace(tzinfo=UTC)}, "far-away", "The year 9999 is too far away. Please check it."),
        ({"first": datetime.min.replace(tzinfo=UTC)}, "far-away", "The year 1 is too far away. Please check it."),
        ({"length": 4}, "bad-length", "A slot is 5 minutes to 12 hours long, not 4 minutes."),
        ({"length": 721}, "bad-length", "A slot is 5 minutes to 12 hours long, not 721 minutes."),
        ({"length": -60}, "bad-length", "A slot is 5 minutes to 12 hours long, not -60 minutes."),
        ({"pause": -1}, "bad-pause", "A pause is 0 minutes to 4 hours long, not -1 minutes."),
        ({"pause": 241}, "bad-pause", "A pause is 0 minutes to 4 hours long, not 241 minutes."),
        (
            {"last": CAMP + timedelta(days=9000), "length": 5},
            "too-many-slots",
            "That makes more than 200 slots. Please check the times and the length.",
        ),
        (
            {"length": 481},
            "no-slot-fits",
            "No slot of 481 minutes fits between these times and around the breaks.",
        ),
        (
            {"fixed": [Break(at("06-27 10:30"), at("06-27 17:30"))]},
            "no-slot-fits",
            "No slot of 60 minutes fits between these times and around the breaks.",
        ),
        (
            {"fixed": [Break(at("06-27 12:00"), at("06-27 12:00"))]},
            "end-before-start",
            "A break must end after it starts.",
        ),
    ],
)
def test_absurd_days_are_refused_in_words(change: dict[str, object], code: str, words: str) -> None:
    day: dict[str, object] = {
        "first": at("06-27 10:00"), "last": at("06-27 18:00"), "length": 60, "pause": 0, "fixed": [],
    }  # fmt: skip

    with pytest.raises(times.BadTimes) as refusal:
        times.grid(**(day | change))  # type: ignore[arg-type]

    assert (refusal.value.code, str(refusal.value)) == (code, words)
    assert refusal.value.words.format(**refusal.value.facts) == words


def test_two_hundred_slots_are_not_too_many() -> None:
    assert len(times.grid(CAMP, CAMP + timedelta(minutes=1000), 5, 0)) == 200


MINUTES = st.integers(0, 24 * 60)
BREAKS = st.lists(st.tuples(MINUTES, st.integers(1, 180)), max_size=6)


@given(MINUTES, st.integers(0, 1000), st.integers(5, 240), st.integers(0, 60), BREAKS)
def test_any_grid_keeps_its_rules(
    first: int, whole: int, length: int, pause: int, pairs: list[tuple[int, int]]
) -> None:
    def moment(minutes: int) -> datetime:
        return CAMP + timedelta(minutes=minutes)

    fixed = [Break(moment(start), moment(start + long)) for start, long in pairs]
    try:
        slots = times.grid(moment(first), moment(first + whole), length, pause, fixed)
    except (times.NoSlotFits, times.EndBeforeStart):
        slots = []

    # Every minute tried by hand: a slot starts at the first minute where the rules allow one.
    expected, minute = [], first
    while minute + length <= first + whole:
        if any(start < minute + length and minute < start + long for start, long in pairs):
            later = [start + long for start, long in pairs if start < minute + length and minute < start + long]
            minute = max(later)
            continue
        expected.append(Span(moment(minute), moment(minute + length)))
        minute += length + pause
    assert slots == expected
    assert [one for one in slots if one.start < moment(first) or one.end > moment(first + whole)] == []
    assert [one for one in slots for stop in fixed if times.overlaps(one.start, one.end, stop.start, stop.end)] == []
    assert [one for one, after in pairwise(slots) if one.end + timedelta(minutes=pause) > after.start] == []


# ── blocks ──


@pytest.mark.parametrize(
    ("spans", "breaks", "numbers"),
    [
        ([], [], []),
        (["10:00-10:50", "11:00-11:50"], [], [0, 0]),
        (["10:00-10:50", "11:10-11:50"], [], [0, 0]),
        (["10:00-10:50", "11:11-11:50"], [], [0, 1]),
        (["10:00-10:50", "11:00-11:50"], ["10:50-11:00"], [0, 1]),
        (["10:00-10:50", "11:00-11:50"], ["10:52-10:53"], [0, 1]),
        (["10:00-10:50", "11:00-11:50"], ["11:50-12:00"], [0, 0]),
        (["13:00-13:50", "10:00-10:50", "11:00-11:50", "14:00-14:50"], [], [1, 0, 0, 1]),
        (["10:00-12:00", "10:00-10:30", "12:00-12:30"], [], [0, 0, 0]),
        (["10:00-11:00", "10:00-11:00"], [], [0, 0]),
        (["10:00-12:00", "10:10-10:30", "12:00-12:30"], [], [0, 0, 0]),
    ],
)
def test_neighbours_are_numbered_in_blocks(spans: list[str], breaks: list[str], numbers: list[int]) -> None:
    def read(one: str) -> Span:
        start, end = (at(f"06-27 {time}") for time in one.split("-"))
        return Span(start, end)

    assert times.blocks([read(one) for one in spans], [read(one) for one in breaks]) == numbers


# ── words ──


def test_days_and_times_in_words() -> None:
    start, end = at("07-04 11:00", LA), at("07-04 11:50", LA)

    assert times.day_label(start, LA) == "Saturday, July 4, 2026"
    assert times.day_label(start, LA, short=True) == "Sat, Jul 4"
    assert times.day_label(start, LA, "de") == "Samstag, 4. Juli 2026"
    assert times.day_label(start, LA, "de", short=True) == "Sa., 4. Juli"
    assert times.time_label(at("07-04 17:05", LA), LA) == "17:05"
    assert times.span_label(start, end, LA) == "11:00 – 11:50"
    assert times.span_label(at("07-04 23:30", LA), at("07-05 00:20", LA), LA) == "23:30 – 00:20"


def test_the_day_is_the_one_of_the_venue() -> None:
    late = at("07-04 23:30", LA)

    assert late.date() == date(2026, 7, 5)
    assert times.day_label(late, LA) == "Saturday, July 4, 2026"
    assert times.day_of(late, LA) == date(2026, 7, 4)
    assert times.day_of(at("07-05 04:59", LA), LA, turns_at=5) == date(2026, 7, 4)
    assert times.day_of(at("07-05 05:00", LA), LA, turns_at=5) == date(2026, 7, 5)


def test_a_span_over_the_change_of_clocks_names_both_zones() -> None:
    start = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)

    assert times.span_label(start, start + timedelta(minutes=50), LA) == "01:30 PDT – 01:20 PST"


@pytest.mark.parametrize(
    ("moment", "zone", "name"),
    [
        ("01-10 12:00", LA, "PST"),
        ("07-04 12:00", LA, "PDT"),
        ("07-04 12:00", "Europe/Berlin", "CEST"),
        ("07-04 12:00", "Asia/Kathmandu", "UTC+05:45"),
        ("07-04 12:00", "America/Sao_Paulo", "UTC-03:00"),
        ("07-04 12:00", "UTC", "UTC"),
    ],
)
def test_a_zone_has_a_short_name(moment: str, zone: str, name: str) -> None:
    assert times.zone_label(at(moment), zone) == name


@pytest.mark.parametrize(
    ("opens", "closes", "now", "answer", "words"),
    [
        ("06-27 10:00", None, "06-27 08:00", Opening("opens", "10:00", "PDT"), "opens 10:00"),
        ("06-27 10:00", None, "06-24 08:00", Opening("opens", "Saturday 10:00", "PDT"), "opens Saturday 10:00"),
        ("06-27 10:00", None, "06-26 23:59", Opening("opens", "Saturday 10:00", "PDT"), "opens Saturday 10:00"),
        ("06-27 10:00", None, "06-20 23:59", Opening("opens", "Sat, Jun 27 10:00", "PDT"), "opens Sat, Jun 27 10:00"),
        ("06-27 10:00", "06-27 10:45", "06-27 10:00", Opening("open", "10:45", "PDT"), "open until 10:45"),
        ("06-27 10:00", "06-27 10:45", "06-27 10:44", Opening("open", "10:45", "PDT"), "open until 10:45"),
        ("06-27 10:00", "06-27 10:45", "06-27 10:45", Opening("closed", "10:45", "PDT"), "closed since 10:45"),
        (
            "06-27 10:00", "06-27 10:45", "06-29 09:00",
            Opening("closed", "Saturday 10:45", "PDT"), "closed since Saturday 10:45",
        ),
        ("06-27 10:00", None, "06-27 12:00", Opening("open", "", "PDT"), "open"),
        (None, None, "06-27 12:00", Opening("open", "", "PDT"), "open"),
        (None, "06-27 10:45", "06-27 09:00", Opening("open", "10:45", "PDT"), "open until 10:45"),
        ("06-27 12:00", "06-27 10:45", "06-27 11:00", Opening("closed", "10:45", "PDT"), "closed since 10:45"),
        ("11-02 10:00", None, "11-01 00:30", Opening("opens", "Monday 10:00", "PST"), "opens Monday 10:00"),
    ],
)  # fmt: skip
def test_it_says_in_words_when_something_opens(
    opens: str | None, closes: str | None, now: str, answer: Opening, words: str
) -> None:
    opening = times.opens_in_words(
        at(opens, LA) if opens else None, at(closes, LA) if closes else None, at(now, LA), LA
    )

    assert opening == answer
    assert str(opening) == words


def test_another_year_and_another_language_are_said() -> None:
    opens = datetime(2027, 1, 9, 18, 0, tzinfo=UTC)

    assert str(times.opens_in_words(opens, None, CAMP, LA)) == "opens Jan 9, 2027 10:00"
    assert times.opens_in_words(opens, None, CAMP, LA, "de").when == "09.01.2027 10:00"
    assert times.opens_in_words(opens, None, opens - timedelta(days=2), LA, "de").when == "Samstag 10:00"
