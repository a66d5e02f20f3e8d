"""A question in words: its filter, search and order in a reader's language, with the names behind ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from tradewind.kernel.json import mapping
from tradewind.kernel.messages import has, say
from tradewind.kernel.problems import Problem
from tradewind.kernel.sql import cast_param, raw
from tradewind.kinds.fields.comparisons import Within
from tradewind.kinds.fields.registry import AnyFieldType
from tradewind.kinds.fields.values import read
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.formulas import end_of_path, leaves
from tradewind.metadata.questions import Filter, Question, Sort
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database
from tradewind.records.exports.columns import Column, column_at

_MOST = 500
_SHOWN = 20
"""Values of a list that are written out; of a longer one the rest is counted."""


async def in_words(database: Database, catalog: Catalog, actor: Actor, question: Question, language: str, now: datetime) -> str:
    """What the question asks, in one or two sentences."""
    names = await _names(database, catalog, actor, question, now)
    parts: list[str] = []
    if question.ids is not None:
        parts.append(say(language, "export.words.chosen", {"count": len(question.ids)}))
    if question.filter is not None and (said := _filter(catalog, question.object, question.filter, language, names)):
        parts.append(said)
    if question.search.strip():
        parts.append(say(language, "export.words.search", {"text": question.search.strip()}))
    if not parts:
        parts.append(say(language, "export.words.all"))
    if question.sort:
        order = say(language, "export.words.comma").join(_order(catalog, question.object, one, language) for one in question.sort)
        parts.append(say(language, "export.words.sorted", {"order": order}))
    return say(language, "export.words.then").join(parts)


def _order(catalog: Catalog, object_key: str, sort: Sort, language: str) -> str:
    label = column_at(catalog, catalog.objects[object_key], sort.field, language).label
    return say(language, "export.words.falling" if sort.descending else "export.words.rising", {"field": label})


def _filter(catalog: Catalog, object_key: str, part: Filter, language: str, names: Mapping[str, str], depth: int = 0) -> str:
    if part.op in ("and", "or", "not"):
        inner = [said for one in part.of if (said := _filter(catalog, object_key, one, language, names, depth + 1))]
        joined = say(language, "export.words.or" if part.op == "or" else "export.words.and").join(inner)
        if part.op == "not":
            return say(language, "export.words.not", {"it": joined})
        return say(language, "export.words.group", {"it": joined}) if depth and len(inner) > 1 else joined
    column = column_at(catalog, catalog.objects[object_key], part.field, language)
    if part.op == "within" and (span := _span(part.value)) is not None:
        unit, way = say(language, f"unit.{span.unit}"), say(language, "filter.last" if span.last else "filter.next")
        return say(language, "export.words.within", {"field": column.label, "way": way, "count": span.last or span.next, "unit": unit})
    known = f"filter.{part.op}"
    operator = say(language, known) if has(language, known) else say(language, f"export.operator.{part.op}")
    value = _operand(column, part, language, names)
    return say(language, "export.words.compare" if value else "export.words.state", {"field": column.label, "operator": operator, "value": value})


def _span(value: Any) -> Within | None:
    try:
        return msgspec.convert(value, Within)
    except msgspec.ValidationError:
        return None


def _operand(column: Column, part: Filter, language: str, names: Mapping[str, str]) -> str:
    if part.value is None or part.op in ("empty", "filled", "is_me"):
        return ""
    many = _several(part.value)
    said = [_value(column, one, language, names) for one in many[:_SHOWN]]
    if len(many) > _SHOWN:
        said.append(say(language, "export.words.more", {"count": len(many) - _SHOWN}))
    return say(language, "export.words.comma").join(said)


def _value(column: Column, value: Any, language: str, names: Mapping[str, str]) -> str:
    given = mapping(value)
    if given is not None and ("me" in given or "my_department" in given):
        return say(language, "export.words.me" if "me" in given else "export.words.my_department")
    if isinstance(value, str) and value in names:
        return names[value]
    kind: AnyFieldType | None = column.kind
    if kind is None or column.reference:
        return str(value)
    try:
        return kind.format(read([value] if kind.name == "tags" else value, kind.value), column.options, language)
    except Problem:
        return str(value)


async def _names(database: Database, catalog: Catalog, actor: Actor, question: Question, now: datetime) -> dict[str, str]:
    """Names of the people, teams, departments and records whose ids the filter mentions, as the actor sees them."""
    definition = catalog.objects[question.object]
    ids: list[UUID] = []
    records: dict[str, list[UUID]] = {}
    for leaf in leaves(question.filter):
        found = list(_ids(leaf.value))[:_MOST]
        end = end_of_path(definition, leaf.field, catalog.objects)
        if end is not None and end[1].type == "relation":
            records.setdefault(str(end[1].options.get("target", "")), []).extend(found)
        else:
            ids += found
    named: dict[str, str] = {}
    async with database.reading() as connection:
        if ids:
            given = cast_param(ids, "uuid[]")
            rows = await connection.rows(
                raw("SELECT id, name FROM system.people WHERE id = ANY(") + given + raw(") UNION ALL SELECT id, name FROM system.teams WHERE id = ANY(")
                + given + raw(") UNION ALL SELECT id, name FROM system.departments WHERE id = ANY(") + given + raw(")")
            )  # fmt: skip
            named |= {str(row[0]): str(row[1]) for row in rows}
        for target, wanted in records.items():
            asked = Question(object=target, fields=(catalog.objects[target].title,), ids=tuple(str(one) for one in wanted), limit=_MOST)
            try:
                page = msgspec.json.decode(await connection.bytes(passes.compile_list(catalog, actor, asked, now)))
            except Problem:
                continue
            named |= {one["id"]: str(one[asked.fields[0]]) for one in page["records"] if asked.fields and isinstance(one.get(asked.fields[0]), str)}
    return named


def _several(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else [value]


def _ids(value: Any) -> Iterable[UUID]:
    for one in _several(value):
        try:
            yield UUID(str(one))
        except ValueError:
            continue
