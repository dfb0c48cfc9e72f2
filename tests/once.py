"""What an app works out when it is made, worked out once a run: each test has an app and a database of its own.

The libraries keep these things per app or per engine; a site has one of each for weeks, and the tests have thousands.
"""

from __future__ import annotations

import gc
from types import MethodType
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

MOST_STATEMENTS = 20_000
#: New objects before a young collection, young ones before a middle one, middle ones before a full one.
SELDOM = (50_000, 20, 50)


def compile_addresses() -> None:
    """Werkzeug takes apart each address of each app, and writes and compiles two Python functions for it."""
    compile_one = Rule.compile
    compiled: dict[object, Any] = {}

    def compile_once(rule: Rule) -> None:
        assert rule.map is not None
        converters = frozenset(rule.map.converters.items())
        key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, converters)
        if rule.defaults:
            compile_one(rule)
        elif key in compiled:
            same = compiled[key]
            rule._parts, rule._trace, rule._converters = same._parts, same._trace, same._converters
            rule.arguments |= same.arguments
            rule._build = MethodType(same._build.__func__, rule)
            rule._build_unknown = MethodType(same._build_unknown.__func__, rule)
        else:
            compile_one(rule)
            compiled[key] = rule

    Rule.compile = compile_once  # type: ignore[method-assign, assignment]


def compile_statements() -> None:
    """SQLAlchemy keeps the SQL of a statement per engine, under its dialect: here dialects of one kind are the same."""
    statements: LRUCache[Any, Any] = LRUCache(MOST_STATEMENTS)
    begin = Engine.__init__

    def begin_with_statements(engine: Engine, *args: Any, **given: Any) -> None:
        begin(engine, *args, **given)
        engine._compiled_cache = statements

    Engine.__init__ = begin_with_statements  # type: ignore[method-assign, assignment]
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


def look_for_cycles_seldom() -> None:
    """Python looks through everything that is loaded for lost cycles, and each app of the thousands makes it look."""
    gc.set_threshold(*SELDOM)


def never_look_at_what_is_loaded() -> None:
    """Modules and collected tests stay to the end of the run: nothing among them is ever lost."""
    gc.collect()
    gc.freeze()
