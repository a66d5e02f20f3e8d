"""Quality definitions: what is wrong with one, and the indexes that make a look for duplicates cost a probe for each rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from tradewind.catalog.indexes import Wanted, ensure_wanted, index_name
from tradewind.catalog.schema.columns import column_names, table
from tradewind.catalog.schema.running import drop_index
from tradewind.kernel.json import Json
from tradewind.kernel.problems import InvalidDefinition, Problem
from tradewind.kernel.sql import cast_param, join, param, parens, raw
from tradewind.kinds.fields.registry import holds_files
from tradewind.metadata.definitions import FieldDefinition, MatchRule, ObjectDefinition, QualityDefinition
from tradewind.metadata.quality import Side, form_sql, form_type, forms, rule_sides
from tradewind.query.database.pool import Database

Objects = Mapping[str, ObjectDefinition]
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_RULES, _MOST_TERMS = 20, 5
_REASON = "rules for duplicates"


def quality_problems(at: str, definition: QualityDefinition, objects: Objects) -> list[Problem]:
    """Everything wrong with it, each with a pointer."""
    owner = objects.get(definition.key)
    if owner is None:
        return [_wrong(at, "unknown_object", key=definition.key)]
    problems = [_wrong(f"{at}/fields", "unknown_field", key=key) for key in definition.fields if owner.field(key) is None]
    if owner.parent:
        problems.append(_wrong(at, "lines_have_none", key=owner.key))
    if len(definition.rules) > _MOST_RULES:
        problems.append(_wrong(f"{at}/rules", "too_many_rules", maximum=_MOST_RULES))
    weights = definition.weights
    parts = (weights.filled, weights.valid, weights.unique, weights.recent)
    if min(parts) < 0 or not sum(parts):
        problems.append(_wrong(f"{at}/weights", "weights"))
    for setting, value, low, high in (
        ("most", definition.most, 2, 1000),
        ("stale_days", definition.stale_days, 1, 36_500),
        ("report_days", definition.report_days, 0, 366),
    ):
        if not low <= value <= high:
            problems.append(_wrong(f"{at}/{setting}", "bounds", setting=setting, low=low, high=high))
    keys = [rule.key for rule in definition.rules]
    for rule in definition.rules:
        here = f"{at}/rules/{rule.key}"
        if not _KEY.fullmatch(rule.key):
            problems.append(_wrong(here, "key", key=rule.key))
        if keys.count(rule.key) > 1:
            problems.append(_wrong(here, "doubled_key", key=rule.key))
        problems += _rule_problems(here, rule, owner, objects)
    return problems


def _rule_problems(at: str, rule: MatchRule, owner: ObjectDefinition, objects: Objects) -> list[Problem]:
    target = objects.get(rule.across) if rule.across else owner
    if target is None or target.parent:
        return [_wrong(f"{at}/across", "unknown_object", key=rule.across)]
    problems: list[Problem] = []
    if not any(text.strip() for text in rule.labels.values()):
        problems.append(_wrong(f"{at}/labels", "no_label"))
    if not 1 <= len(rule.terms) <= _MOST_TERMS:
        problems.append(_wrong(f"{at}/terms", "no_terms", maximum=_MOST_TERMS))
    for number, term in enumerate(rule.terms):
        here = f"{at}/terms/{number}"
        mine, theirs = owner.field(term.field), target.field(term.other if rule.across else term.field)
        if mine is None or theirs is None:
            problems.append(_wrong(here, "unknown_field", key=term.field if mine is None else term.other))
            continue
        by, other_by = term.by, term.other_by if rule.across else term.by
        bad = next((one.key for one, form in ((mine, by), (theirs, other_by)) if form not in (forms(one) or ())), None)
        if bad is not None:
            problems.append(_wrong(here, "form", key=bad))
        elif form_type(mine, by) != form_type(theirs, other_by):
            problems.append(_wrong(here, "forms_differ", key=mine.key, other=theirs.key))
    return [*problems, *_link_problems(at, rule, owner, target)]


def _link_problems(at: str, rule: MatchRule, owner: ObjectDefinition, target: ObjectDefinition) -> list[Problem]:
    if not rule.link:
        return [_wrong(f"{at}/carry", "carry_without_link")] if rule.carry else []
    link = owner.field(rule.link)
    if not rule.across or link is None or link.type != "relation" or link.options.get("target") != target.key:
        return [_wrong(f"{at}/link", "link", key=rule.link)]
    problems: list[Problem] = []
    for own, other in rule.carry.items():
        mine, theirs = owner.field(own), target.field(other)
        if mine is None or theirs is None or not _fits(mine, theirs):
            problems.append(_wrong(f"{at}/carry/{own}", "carry", key=own, other=other))
    return problems


def _fits(mine: FieldDefinition, theirs: FieldDefinition) -> bool:
    """Whether a value of the one can be put into the other as it is."""
    same_target = mine.options.get("target") == theirs.options.get("target")
    return (
        mine.type == theirs.type
        and mine.type not in ("lines", "lookup", "rollup", "formula", "auto_number")
        and not holds_files(mine.type)
        and (mine.type != "relation" or same_target)
    )


def _wrong(pointer: str, reason: str, **params: Json) -> Problem:
    return InvalidDefinition(pointer=pointer, reason=reason, **params)  # pyright: ignore[reportArgumentType]


def rule_indexes(definitions: Iterable[QualityDefinition], objects: Objects) -> list[tuple[str, Wanted]]:
    """One index for each set of forms some rule compares, on the object whose records it finds: live records where none of them is empty."""
    found: dict[str, tuple[str, Wanted]] = {}
    for definition in definitions:
        owner = objects.get(definition.key)
        for rule in definition.rules if owner is not None and not owner.retired else ():
            if owner is not None and (sides := rule_sides(objects, owner, rule)) is not None:
                wanted = _index(sides[1], objects)
                found[wanted.name] = (sides[1][0].key, wanted)
    return list(found.values())


def _index(side: Side, objects: Objects) -> Wanted:
    definition, terms = side
    parts = [parens(form_sql(field, by, column_names(field, objects))) for field, by in terms]
    live = join(" AND ", [raw("deleted_at IS NULL"), *(part + raw(" IS NOT NULL") for part in parts)])
    on = raw("ON ") + table(definition.key) + raw(" (") + join(", ", [*parts, raw("id")]) + raw(") WHERE ") + live
    words = tuple(field.key + (f".{by}" if by else "") for field, by in terms)
    stamp = hashlib.sha256(on.text.encode()).hexdigest()[:8]
    return Wanted(index_name("d", definition.key, "_".join([*words, stamp]).replace(".", "_")), on, words)


async def ensure_rule_indexes(database: Database, definitions: Iterable[QualityDefinition], objects: Objects) -> None:
    """Builds what all rules need beside other people's work, and drops what no rule needs any more."""
    wanted = rule_indexes(definitions, objects)
    for key, one in wanted:
        await ensure_wanted(database, key, one, _REASON)
    kept = [one.name for _, one in wanted]
    async with database.transaction() as connection:
        rows = await connection.rows(
            raw("DELETE FROM system.indexes WHERE reason = ")
            + param(_REASON)
            + raw(" AND NOT name = ANY(")
            + cast_param(kept, "text[]")
            + raw(") RETURNING name")
        )
    for (index,) in rows:
        await drop_index(database, str(index))
