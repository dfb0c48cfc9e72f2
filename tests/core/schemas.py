"""The c3voc schemas, where somebody has them: they are not part of this project.

BARCAMP_TEST_SCHEDULE_SCHEMAS names a folder with schedule.xml.xsd and schedule.schema.json (voc/schedule, EUPL-1.2).
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import xmlschema

FOLDER = os.environ.get("BARCAMP_TEST_SCHEDULE_SCHEMAS", "")
needs_schemas = pytest.mark.skipif(
    not FOLDER, reason="not given: BARCAMP_TEST_SCHEDULE_SCHEMAS, a folder with the c3voc schemas"
)


def errors_in_xml(content: bytes) -> list[str]:
    return [str(error.reason) for error in _xsd().iter_errors(content.decode())]


def errors_in_json(content: bytes) -> list[str]:
    return [error.message for error in _json().iter_errors(json.loads(content))]


@cache
def _xsd() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(FOLDER, "schedule.xml.xsd")))


@cache
def _json() -> jsonschema.Draft6Validator:
    schema = json.loads(Path(FOLDER, "schedule.schema.json").read_text())
    return jsonschema.Draft6Validator(schema, format_checker=jsonschema.Draft6Validator.FORMAT_CHECKER)
