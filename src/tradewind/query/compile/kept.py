"""Statements made before: the same question of a person with the same rights under the same catalogue compiles once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from tradewind.kernel.sql import Sql
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile.context import Table

_MOST = 2000
_LONGEST = 100_000
"""Characters of a statement that is worth keeping."""
_statements: OrderedDict[tuple[Any, ...], tuple[Catalog, Sql]] = OrderedDict()


def kept(catalog: Catalog, actor: Actor, question: tuple[Any, ...], open_table: Callable[[], Table], make: Callable[[Table], Sql]) -> Sql:
    """The statement of the question, made anew where it depends on the moment or was not asked lately."""
    key = (
        id(catalog),
        *question,
        actor.person,
        actor.kind,
        actor.roles,
        actor.department,
        actor.subtree,
        actor.teams,
        actor.shares,
        actor.objects,
        actor.read_only,
        actor.zone,
        actor.language,
    )
    found = _statements.get(key)
    if found is not None and found[0] is catalog:
        _statements.move_to_end(key)
        return found[1]
    table = open_table()
    made = make(table)
    if not table.numbers.timed and len(made.text) < _LONGEST:
        _statements[key] = (catalog, made)
        while len(_statements) > _MOST:
            _statements.popitem(last=False)
    return made
