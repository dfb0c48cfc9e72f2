"""Files stay small enough to be read in one go."""

from __future__ import annotations

from tests.house.sources import ROOT

MOST = 400
ENOUGH = 300

# Files longer than ENOUGH, each with the reason why it is one story.
LONG = {
    "barcamp/core/times.py": "zones, labels and grids share their checks; half of it is docstrings",
    "barcamp/cli/checks.py": "one short check after the other, all for one command",
    "barcamp/core/timetable/descent.py": "one kind of change after the other, all on the same books",
    "barcamp/schedule/blocks.py": "every act on a block, each short",
    "barcamp/setup_env.py": "starts on a bare Python, before anything else of ours can be imported",
    "barcamp/wall/models.py": "the tables that hang on a note, read side by side",
}


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / "barcamp").rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > MOST} == {}
    assert {path for path, lines in lengths.items() if lines > ENOUGH} <= set(LONG), "split it, or say why not"
    assert set(LONG) <= set(lengths), "a file of the list is gone"
