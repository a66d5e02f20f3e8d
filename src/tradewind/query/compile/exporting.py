"""The statements of exports: every record of a question as one row of text, and whether records are still shown as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tradewind.kernel.problems import UnknownField
from tradewind.kernel.sql import Sql, any_of, cast_param, join, name, param, parens, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.questions import Question
from tradewind.query.compile.context import SYSTEM_FIELDS, TRUE, Table, clear_rows, open_table, visible_rows
from tradewind.query.compile.members import asked_value, lines_json
from tradewind.query.compile.passes import order_by, rows_of, sort_keys, source

_JSON_TYPES = ("relation", "lookup", "lines")
"""Fields whose value on a row may depend on rights over other rows."""


def compile_export(catalog: Catalog, actor: Actor, question: Question, lines: Mapping[str, Sequence[str]], now: datetime) -> Sql:
    """One row for each record in the order asked, whatever `limit` says: {"id", "c0", "c1", …} as text, cells in the order of `fields`.

    `lines` names fields that hold lines with the paths wanted of each line; they follow as "l0", "l1", …, lists of the same form.
    Raises what a list raises: UnknownObject, UnknownField, NotSortable and the like.
    """
    table = open_table(catalog, actor, question.object, now)
    keys = sort_keys(table, question.sort)
    rows = rows_of(table, question.filter, question.search, ids=question.ids)
    cells = [(f"c{number}", asked_value(table, path)) for number, path in enumerate(question.fields or ())]
    for number, (key, paths) in enumerate(lines.items()):
        cells.append((f"l{number}", _lines(table, key, paths)))
    document = _document(table, cells)
    return raw("SELECT ") + document + raw("::text FROM ") + source(table) + raw(" WHERE ") + rows + raw(" ORDER BY ") + order_by(keys)


def _lines(table: Table, key: str, paths: Sequence[str]) -> Sql:
    definition = table.definition.field(key)
    if definition is None or definition.type != "lines" or not table.scope.everything and table.scope.best(key) not in ("read", "write"):
        raise UnknownField(field=key, pointer="/lines")
    made = lines_json(table, definition, lambda lower: _document(lower, [(f"c{number}", asked_value(lower, path)) for number, path in enumerate(paths)]))
    clear = clear_rows(table, key)
    return made if clear == TRUE else raw("CASE WHEN ") + clear + raw(" THEN ") + made + raw(" END")


def _document(table: Table, cells: Sequence[tuple[str, Sql]]) -> Sql:
    columns = [table.column("id"), *(value + raw(" AS ") + name(key) for key, value in cells)]
    return raw("(SELECT row_to_json(tw_row) FROM (SELECT ") + join(", ", columns) + raw(") AS tw_row)")


def compile_matching(catalog: Catalog, actor: Actor, question: Question, now: datetime, cap: int) -> Sql:
    """How many records the question finds, at most `cap`."""
    table = open_table(catalog, actor, question.object, now)
    rows = rows_of(table, question.filter, question.search, ids=question.ids)
    return raw("SELECT count(*) FROM (SELECT 1 FROM ") + source(table) + raw(" WHERE ") + rows + raw(" LIMIT ") + param(cap) + raw(") AS tw_some")


def compile_narrowed(catalog: Catalog, actor: Actor, object_key: str, paths: Sequence[str], entries: Sequence[tuple[UUID, str]], now: datetime) -> Sql:
    """How many of the records are no longer shown, or show a value no more that they showed clear.

    `entries` are records with one letter for each path: 1 where its value was there and clear. Raises UnknownObject.
    """
    table = open_table(catalog, actor, object_key, now)
    trusted = Table(catalog, actor, table.definition, table.alias, now, table.numbers, trusted=True)
    lost = [table.column("id") + raw(" IS NULL"), parens(visible_rows(table)) + raw(" IS NOT TRUE")]
    for number, path in enumerate(paths, 1):
        if not _may_narrow(table, path):
            continue
        was_clear = raw("substr(tw_then.bits, ") + param(number) + raw(", 1) = '1'")
        lost.append(was_clear + raw(" AND ") + parens(_less(table, trusted, path)))
    then = raw("unnest(") + cast_param([one for one, _ in entries], "uuid[]") + raw(", ") + cast_param([bits for _, bits in entries], "text[]")
    return (
        raw("SELECT count(*) FROM ") + then + raw(") AS tw_then(id, bits) LEFT JOIN ") + name("data", object_key) + raw(" AS ") + name(table.alias)
        + raw(" ON ") + table.column("id") + raw(" = tw_then.id ") + table.all_joins() + raw(" ") + trusted.all_joins() + raw(" WHERE ") + any_of(lost)
    )  # fmt: skip


def _may_narrow(table: Table, path: str) -> bool:
    """Whether the value can be less than clear on a record the actor sees."""
    everything = table.scope.everything and table.actor.objects is None
    if path in SYSTEM_FIELDS or everything:
        return False
    definition = table.definition.field(path)
    return definition is None or definition.type in _JSON_TYPES or clear_rows(table, path) != TRUE


def _less(table: Table, trusted: Table, path: str) -> Sql:
    """The actor sees a mask, "restricted", or nothing where there is something."""
    there = raw("to_jsonb(") + asked_value(trusted, path) + raw(") IS NOT NULL")
    try:
        value = raw("to_jsonb(") + asked_value(table, path) + raw(")")
    except UnknownField:
        return there
    covered = raw("jsonb_typeof(") + value + raw(") = 'object' AND ") + value + raw(" ?| ARRAY['masked', 'restricted']")
    return any_of([value + raw(" IS NULL AND ") + there, covered])
