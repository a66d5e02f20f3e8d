"""Rules for duplicates as statements: who has the same keys as rows that are given, as records of a table, or as one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import UnknownObject
from tradewind.kernel.sql import Sql, all_of, cast_param, join, literal, name, param, parens, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.quality import Side, form_sql
from tradewind.query.compile import passes
from tradewind.query.compile.context import FALSE, TRUE, Table, field_columns, value_options


def side_forms(catalog: Catalog, side: Side, alias: str, now: datetime) -> list[Sql]:
    """The forms a rule compares, on records of its object under the alias."""
    table = Table(catalog, SYSTEM, side[0], alias, now)
    return [parens(form_sql(field, by, field_columns(table, field)[0])) for field, by in side[1]]


def given_columns(catalog: Catalog, side: Side, now: datetime) -> dict[str, LiteralString]:
    """The columns, with their SQL types, of the fields a rule compares."""
    table = Table(catalog, SYSTEM, side[0], "t", now)
    found: dict[str, LiteralString] = {}
    for field, _ in side[1]:
        own = [""] if field.type == "relation" else [column.suffix for column in field_types()[field.type].columns(value_options(field))]
        found |= zip((field.key + suffix for suffix in own), field_columns(table, field)[1], strict=True)
    return found


def live(forms: Sequence[Sql], alias: str) -> Sql:
    """Records that are not in the bin and say something: the condition of the rule's index."""
    return all_of([name(alias) + raw(".deleted_at IS NULL"), *(form + raw(" IS NOT NULL") for form in forms)])


def sees_match(catalog: Catalog, actor: Actor, side: Side, now: datetime) -> Sql:
    """A condition about alias `r`: the actor sees the record, and every compared field clear on it. Who does not must not learn that it matches."""
    key = side[0].key
    try:
        parts = [passes.compile_predicate(catalog, actor, key, None, "read", now)]
        parts += [passes.field_state_sql(catalog, actor, key, field.key, ("read", "write"), now) for field, _ in side[1]]
    except UnknownObject:
        return FALSE
    return all_of([part for part in parts if part != TRUE])


def compile_similar(catalog: Catalog, actor: Actor, rules: Sequence[tuple[Side, Side]], rows: Sequence[Mapping[str, Json]], most: int, now: datetime) -> Sql:
    """(number of the rule, number of the row, id, whether the actor may know) of records whose keys equal those of given rows: at most `most` + 1 for each rule and row.

    A row has `n`, perhaps `id` (its own record, which is left out) and the columns of the compared fields it has values for. All rules start from one object.
    """
    columns = {column: kind for own, _ in rules for column, kind in given_columns(catalog, own, now).items()}
    shape = [raw("n int, id uuid"), *(name(column) + raw(" ") + Sql(kind) for column, kind in columns.items())]
    given = raw("SELECT * FROM jsonb_to_recordset(") + cast_param(canonical(list[Json](dict(row) for row in rows)).decode(), "jsonb") + raw(") AS t(") + join(", ", shape) + raw(")")  # fmt: skip
    found: list[Sql] = []
    for number, (own, theirs) in enumerate(rules):
        forms = side_forms(catalog, theirs, "r", now)
        equal = [form + raw(" = ") + mine for form, mine in zip(forms, side_forms(catalog, own, "t", now), strict=True)]
        other = [raw("r.id IS DISTINCT FROM t.id")] if own[0].key == theirs[0].key else []
        records = (
            raw("SELECT r.id, ") + parens(sees_match(catalog, actor, theirs, now)) + raw(" AS open FROM ") + name("data", theirs[0].key) + raw(" AS r WHERE ")
            + all_of([live(forms, "r"), *equal, *other]) + raw(" LIMIT ") + param(most + 1)
        )  # fmt: skip
        found.append(raw("SELECT ") + cast_param(number, "int") + raw(", t.n, m.id, m.open FROM given AS t CROSS JOIN LATERAL (") + records + raw(") AS m"))
    return raw("WITH given AS MATERIALIZED (") + given + raw(") ") + join(" UNION ALL ", found)


def compile_blocks(catalog: Catalog, side: Side, rule: str, most: int, now: datetime) -> Sql:
    """Puts all records that share a value by the rule into system.duplicate_blocks, but for values that more than `most` have.

    How many records that is, how many values were left out, and how many records have one of those.
    """
    forms = side_forms(catalog, side, "r", now)
    key = literal(side[0].key) + raw("::text, ") + literal(rule) + raw("::text")
    shared = (
        raw("SELECT array_agg(r.id ORDER BY r.id) AS ids, count(*) AS n FROM ") + name("data", side[0].key) + raw(" AS r WHERE ") + live(forms, "r")
        + raw(" GROUP BY ") + join(", ", forms) + raw(" HAVING count(*) > 1")
    )  # fmt: skip
    kept = (
        raw("INSERT INTO system.duplicate_blocks (object, rule, block, record) SELECT ") + key + raw(", g.ids[1], unnest(g.ids) FROM g WHERE g.n <= ")
        + param(most) + raw(" RETURNING 1")
    )  # fmt: skip
    return (
        raw("WITH g AS MATERIALIZED (") + shared + raw("), kept AS (") + kept + raw(") SELECT (SELECT count(*) FROM kept), count(*) FILTER (WHERE n > ")
        + param(most) + raw("), coalesce(sum(n) FILTER (WHERE n > ") + param(most) + raw("), 0) FROM g")
    )  # fmt: skip


def compile_forms(catalog: Catalog, actor: Actor, rules: Mapping[str, Side], object_key: str, ids: Sequence[UUID], now: datetime) -> Sql:
    """(id, {rule: digest of the compared forms}) of records the actor sees; a rule whose fields are not clear to him on the record is left out."""
    parts = [
        raw("CASE WHEN ") + all_of([sees_match(catalog, actor, side, now), live(forms, "r")]) + raw(" THEN jsonb_build_object(") + literal(rule)
        + raw("::text, md5(concat_ws(E'\\x1f', ") + join(", ", forms) + raw("))) ELSE '{}'::jsonb END")
        for rule, side in rules.items()
        for forms in [side_forms(catalog, side, "r", now)]
    ]  # fmt: skip
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", now)
    return (
        raw("SELECT r.id, ") + (join(" || ", parts) if parts else raw("'{}'::jsonb")) + raw(" FROM ") + name("data", object_key)
        + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ANY(") + cast_param(list(ids), "uuid[]") + raw(") AND ") + sees
    )  # fmt: skip


def compile_members(catalog: Catalog, actor: Actor, rules: Mapping[str, Side], object_key: str, now: datetime) -> Sql:
    """(rule, block, record) of what the finder found, as far as the actor may know: blocks of which he sees at least two."""
    known = [raw("(b.rule = ") + literal(rule) + raw(" AND ") + parens(sees_match(catalog, actor, side, now)) + raw(")") for rule, side in rules.items()]
    seen = (
        raw("SELECT b.rule, b.block, b.record, count(*) OVER (PARTITION BY b.rule, b.block) AS together FROM system.duplicate_blocks AS b JOIN ")
        + name("data", object_key) + raw(" AS r ON r.id = b.record WHERE b.object = ") + param(object_key) + raw(" AND r.deleted_at IS NULL AND (")
        + (join(" OR ", known) if known else FALSE) + raw(")")
    )  # fmt: skip
    return raw("SELECT s.rule, s.block, s.record FROM (") + seen + raw(") AS s WHERE s.together > 1 ORDER BY s.rule, s.block, s.record")


def compile_matches(catalog: Catalog, sides: tuple[Side, Side], link: str, ids: Sequence[UUID], now: datetime) -> Sql:
    """(id, matching ids of the other object) of records among `ids` whose relation `link` is empty; both sides are locked against change until the commit."""
    own, theirs = sides
    mine, others = side_forms(catalog, own, "a", now), side_forms(catalog, theirs, "r", now)
    equal = [one + raw(" = ") + other for one, other in zip(mine, others, strict=True)]
    found = raw("SELECT r.id FROM ") + name("data", theirs[0].key) + raw(" AS r WHERE ") + all_of([live(others, "r"), *equal]) + raw(" ORDER BY r.id LIMIT 3")
    return (
        raw("SELECT a.id, ARRAY(") + found + raw(") FROM ") + name("data", own[0].key) + raw(" AS a WHERE a.id = ANY(") + cast_param(list(ids), "uuid[]")
        + raw(") AND ") + all_of([live(mine, "a"), name("a", link) + raw(" IS NULL")]) + raw(" ORDER BY a.id FOR UPDATE OF a")
    )  # fmt: skip
