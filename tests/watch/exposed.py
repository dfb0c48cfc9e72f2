"""Reads Prometheus's text format as strictly as its own documentation has it (exposition formats, version 0.0.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (-?[0-9.e+-]+|\+Inf|NaN)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')

Labels = frozenset[tuple[str, str]]


@dataclass
class Family:
    """One metric: its kind, and its samples by their name and labels."""

    kind: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)


def read(text: str) -> dict[str, Family]:
    """Raises AssertionError for whatever is not as it should be."""
    assert text.endswith("\n")
    found: dict[str, Family] = {}
    told, current = set(), ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _hash, _help, current, words = line.split(" ", 3)
            assert words and current not in told, line
            told.add(current)
        elif line.startswith("# TYPE "):
            _hash, _type, name, kind = line.split(" ")
            assert name == current and name not in found and kind in ("counter", "gauge", "histogram"), line
            found[name] = Family(kind)
        else:
            name, labels, value = sample(line)
            assert name == current or (found[current].kind == "histogram" and name.startswith(f"{current}_")), line
            assert (name, labels) not in found[current].samples, line
            found[current].samples[name, labels] = value
    for name, family in found.items():
        check(name, family)
    return found


def sample(line: str) -> tuple[str, Labels, float]:
    match = SAMPLE.fullmatch(line)
    assert match is not None, line
    name, labels, value = match.groups()
    assert LABEL.sub("", labels or "") == "", line
    return name, frozenset(LABEL.findall(labels or "")), float(value)


def check(name: str, family: Family) -> None:
    if family.kind == "counter":
        assert name.endswith("_total"), name
    if family.kind == "histogram":
        for _rest, buckets, count in histograms(name, family):
            values = list(buckets.values())
            assert list(buckets) == sorted(buckets) and values == sorted(values), name
            assert values[-1] == count and list(buckets)[-1] == float("inf"), name


def histograms(name: str, family: Family) -> Iterator[tuple[Labels, Mapping[float, float], float]]:
    """Each histogram of a family by its labels: the buckets, and the count."""
    for (said, labels), count in family.samples.items():
        if said == f"{name}_count":
            assert (f"{name}_sum", labels) in family.samples
            buckets = {
                float(dict(those)["le"]): value
                for (kind, those), value in family.samples.items()
                if kind == f"{name}_bucket" and those - {("le", dict(those)["le"])} == labels
            }
            yield labels, buckets, count
