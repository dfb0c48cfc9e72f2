"""Which tests run in one worker, because what they share takes seconds to start.

pytest-xdist has a mark for this, `xdist_group`. It hands the group on inside a test's address, and pytest 9.2 no longer
lets it write there: all marks were passed over in silence. So the groups stand here, by address, which xdist asks for.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

#: Files whose tests all read the same pages, of a site that is looked at once.
PAGES = {"test_page_forms", "test_page_safety", "test_pages"}
#: Files with something that is started once for all their tests.
OWN = {"house/test_words", "machines/test_jobs", "machines/test_outage", "machines/test_web"}
#: Where tests ask for one of the two camps that are kept running; what says that it is the one on PostgreSQL.
FAULTS = {"test_killed", "test_database_gone", "test_broken_requests", "test_power_cut"}
ON_POSTGRESQL = ("[postgresql]", "test_postgresql_is_away_for_a_while")


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Tests go to workers one by one, but for those of a group."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid) or nodeid


def group(nodeid: str) -> str | None:
    """The group of a test by its address, None for nearly all."""
    file = PurePosixPath(nodeid.partition("::")[0]).with_suffix("")
    folder, name = file.parent.name, file.name
    if folder == "house" and name in PAGES:
        return "the pages of the house"
    if f"{folder}/{name}" in OWN:
        return f"{folder}/{name}"
    if folder == "faults" and name in FAULTS:
        return f"faults on {'postgresql' if any(word in nodeid for word in ON_POSTGRESQL) else 'sqlite'}"
    return None
