"""Three web machines, shared by the tests of a file: starting them takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.machines import fleet
from tests.machines.fleet import Machines
from tests.servers.postgres import Server


@pytest.fixture(scope="module")
def machines(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    name = f"machines_{uuid4().hex[:12]}"
    with fleet.start(tmp_path_factory.mktemp("machines"), postgres.create_database(name), webs=3) as started:
        yield started
    postgres.drop_database(name)
