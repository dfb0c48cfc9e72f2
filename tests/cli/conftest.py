"""Commands as a person at the shell runs them: `run("arrange", "camp")` gives status and lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed, standard error included."""

    status: int
    lines: list[str]


Run = Callable[..., Said]


@pytest.fixture
def run(app: Flask, db: Session) -> Run:
    def run(*words: str) -> Said:
        result = app.test_cli_runner().invoke(args=list(words))
        db.expire_all()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.output.splitlines())

    return run
