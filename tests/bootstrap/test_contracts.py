"""The import contracts of pyproject.toml bite: a planted breach of each is found, and named."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

LIST = "Logic looks down the list"
CORE = "Core is plain Python"
WEB = "Logic does not know the web"
ROUTES = "Nobody looks at pages: only create_app imports routes"
INSIDE = "Layers inside a package"
CONTRACTS = [LIST, CORE, WEB, ROUTES, INSIDE]
VERDICT = re.compile(r"(.+) (KEPT|BROKEN)(?: \(.*\))?")


def broken_contracts(top: Path) -> list[str]:
    command = [sys.executable, "-c", LINT_IMPORTS, "--no-cache", "--no-logo"]
    environment = {"PYTHONPATH": str(top), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=top, env=environment, capture_output=True, text=True)
    verdicts = [verdict for line in done.stdout.splitlines() if (verdict := VERDICT.fullmatch(line))]
    assert [verdict[1] for verdict in verdicts] == CONTRACTS, done.stdout + done.stderr
    return [verdict[1] for verdict in verdicts if verdict[2] == "BROKEN"]


def plant(top: Path, module: str, line: str) -> None:
    path = top / f"{module}.py"
    for folder in reversed(path.relative_to(top).parents):
        if folder != Path():
            (top / folder).mkdir(exist_ok=True)
            (top / folder / "__init__.py").touch()
    path.write_text(line + "\n")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house that keeps every contract."""
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    plant(tmp_path, "barcamp/errors", "import flask")
    plant(tmp_path, "barcamp/core/slugs", "import unicodedata")
    plant(tmp_path, "barcamp/web/guard", "import flask\nfrom barcamp.people import models")
    plant(tmp_path, "barcamp/web/load", "import flask\nfrom barcamp.wall import queries")
    plant(tmp_path, "barcamp/people/models", "import sqlalchemy")
    plant(tmp_path, "barcamp/people/routes", "import flask\nfrom barcamp.wall import queries")
    plant(tmp_path, "barcamp/wall/models", "from barcamp.people import models")
    plant(tmp_path, "barcamp/wall/queries", "from barcamp.wall import models\nfrom barcamp.core import slugs")
    plant(tmp_path, "barcamp/wall/service", "from barcamp.wall import queries\nfrom barcamp import errors")
    plant(tmp_path, "barcamp/wall/routes/notes", "from barcamp.schedule import service")
    plant(tmp_path, "barcamp/wall/routes/__init__", "from barcamp.wall.routes import notes")
    plant(tmp_path, "barcamp/schedule/service", "from barcamp.wall import service")
    (tmp_path / "barcamp" / "__init__.py").write_text("def create_app():\n    from barcamp.wall import routes\n")
    return tmp_path


def test_a_house_in_order_breaks_nothing(house: Path) -> None:
    assert broken_contracts(house) == []


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        pytest.param("barcamp/people/queries", "from barcamp.wall import models", [LIST], id="logic looks up"),
        pytest.param("barcamp/web/words", "from barcamp.people import models", [LIST], id="the toolkit looks up"),
        pytest.param("barcamp/stamps/models", "import sqlalchemy", [LIST], id="a package is not in the list"),
        pytest.param("barcamp/core/times", "import flask", [CORE], id="core knows Flask"),
        pytest.param("barcamp/core/times", "import sqlalchemy", [CORE], id="core knows the database"),
        pytest.param("barcamp/core/deep/times", "from barcamp import errors", [CORE], id="core knows it by a detour"),
        pytest.param("barcamp/venue/service", "from flask import g", [WEB], id="a service knows Flask"),
        pytest.param("barcamp/venue/queries", "from barcamp.web import guard", [WEB], id="a query knows the guard"),
        pytest.param("barcamp/board/routes", "from barcamp.wall import routes", [ROUTES], id="a page looks at a page"),
        pytest.param("barcamp/wall/pins", "from barcamp.people import routes", [ROUTES], id="logic looks at a page"),
        pytest.param("barcamp/venue/models", "from barcamp.venue import queries", [INSIDE], id="a model asks a query"),
    ],
)
def test_a_breach_is_found(house: Path, module: str, line: str, broken: list[str]) -> None:
    plant(house, "barcamp/venue/queries", "import sqlalchemy")
    plant(house, module, line)
    assert broken_contracts(house) == broken
