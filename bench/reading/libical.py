"""libical, the reader of GNOME and KDE, asked through its C interface."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from datetime import UTC, date, datetime

from tests.core.readers import Told


class _Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")),
        ("zone", ctypes.c_void_p),
    )


_NAME = ctypes.util.find_library("ical")
_TEXTS = ("uid", "summary", "location")


def find() -> str | None:
    """The version, where the library is there."""
    if _NAME is None:
        return None
    version: str = _NAME.rpartition(".so.")[2]
    return version


def read(feed: bytes) -> list[Told]:
    library = _library()
    calendar = library.icalparser_parse_string(feed)
    if not calendar:
        raise ValueError("not a calendar")
    try:
        return [_told(library, event) for event in _events(library, calendar)]
    finally:
        library.icalcomponent_free(calendar)


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(_NAME)
    pointer, number = ctypes.c_void_p, ctypes.c_int
    shapes: dict[str, tuple[object, list[object]]] = {
        "icalparser_parse_string": (pointer, [ctypes.c_char_p]),
        "icalcomponent_free": (None, [pointer]),
        "icalcomponent_string_to_kind": (number, [ctypes.c_char_p]),
        "icalcomponent_get_first_component": (pointer, [pointer, number]),
        "icalcomponent_get_next_component": (pointer, [pointer, number]),
        "icalcomponent_get_dtstart": (_Time, [pointer]),
        "icalcomponent_get_dtend": (_Time, [pointer]),
        "icalcomponent_get_status": (number, [pointer]),
        "icalproperty_status_to_string": (ctypes.c_char_p, [number]),
        "icaltime_is_utc": (number, [_Time]),
    }
    shapes |= {f"icalcomponent_get_{name}": (ctypes.c_char_p, [pointer]) for name in _TEXTS}
    for name, (gives, takes) in shapes.items():
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes
    return library


def _events(library: ctypes.CDLL, calendar: int) -> Iterator[int]:
    kind = library.icalcomponent_string_to_kind(b"VEVENT")
    event = library.icalcomponent_get_first_component(calendar, kind)
    while event:
        yield event
        event = library.icalcomponent_get_next_component(calendar, kind)


def _told(library: ctypes.CDLL, event: int) -> Told:
    uid, title, place = (getattr(library, f"icalcomponent_get_{name}")(event).decode() for name in _TEXTS)
    status = library.icalproperty_status_to_string(library.icalcomponent_get_status(event)).decode()
    starts_at, ends_at = (
        _when(library, getattr(library, f"icalcomponent_get_{name}")(event)) for name in ("dtstart", "dtend")
    )
    return Told(uid, starts_at, ends_at, title, place, status)


def _when(library: ctypes.CDLL, time: _Time) -> date:
    if time.is_date:
        return date(time.year, time.month, time.day)
    if not library.icaltime_is_utc(time):
        raise ValueError("read as floating")
    return datetime(time.year, time.month, time.day, time.hour, time.minute, time.second, tzinfo=UTC)
