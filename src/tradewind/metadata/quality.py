"""What rules for duplicates compare, as SQL over columns, and what agreeing by them is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import STRENGTHS, Catalog, FieldDefinition, MatchRule, ObjectDefinition, QualityDefinition, Strength

_WORTH: dict[Strength, float] = {"hint": 0.4, "likely": 0.8, "certain": 0.99}


def forms(field: FieldDefinition) -> tuple[str, ...] | None:
    """The ways values of the field can be compared: "" for its fold and the names of its keys; None where they cannot be: lists, files, lines, what is computed or numbered."""
    if field.type == "relation":
        return ("",)
    kind = field_types().get(field.type)
    if kind is None or kind.generate(msgspec.convert(field.options, kind.options)) is not None:
        return None
    columns = kind.columns(msgspec.convert(field.options, kind.options))
    if not columns or columns[0].sql_type.endswith("[]"):
        return None
    return ("", *kind.keys)


def forms_of(type_name: str) -> tuple[str, ...]:
    """The same for a field of the type with its usual settings; empty where it cannot be compared."""
    try:
        return forms(FieldDefinition(key=type_name, type=type_name, labels={})) or ()
    except msgspec.ValidationError:
        return ()


def form_type(field: FieldDefinition, by: str) -> str:
    """What forms of two fields must have in common to be compared: keys and texts are text, relations have the same target, anything else its own type."""
    if field.type == "relation":
        return "relation to " + str(field.options.get("target", ""))
    kind = field_types()[field.type]
    columns = kind.columns(msgspec.convert(field.options, kind.options))
    return "text" if by or columns[0].sql_type == "text" else field.type


def form_sql(field: FieldDefinition, by: str, columns: Columns) -> Sql:
    """The value in the form that is compared; SQL NULL where it says nothing."""
    if field.type == "relation":
        return columns[0]
    kind = field_types()[field.type]
    return kind.keys[by](columns) if by else kind.fold(columns)


Objects = Mapping[str, ObjectDefinition]


def quality_of(catalog: Catalog, object_key: str) -> QualityDefinition | None:
    """The object's quality definition, with the rules that can still be read: a field may be retired since."""
    definition, owner = catalog.quality.get(object_key), catalog.objects.get(object_key)
    if definition is None or owner is None or owner.retired:
        return None
    rules = tuple(rule for rule in definition.rules if rule_sides(catalog.objects, owner, rule) is not None)
    return definition if len(rules) == len(definition.rules) else msgspec.structs.replace(definition, rules=rules)


Side = tuple[ObjectDefinition, tuple[tuple[FieldDefinition, str], ...]]
"""An object with the fields a rule compares on it, and the form of each."""


def rule_sides(objects: Objects, owner: ObjectDefinition, rule: MatchRule) -> tuple[Side, Side] | None:
    """What the rule compares on the record itself and on the one it is compared with; None where a field is gone or changed its type."""
    target = objects.get(rule.across) if rule.across else owner
    if target is None or target.retired or not rule.terms:
        return None
    own: list[tuple[FieldDefinition, str]] = []
    theirs: list[tuple[FieldDefinition, str]] = []
    for term in rule.terms:
        mine, other = owner.field(term.field), target.field(term.other if rule.across else term.field)
        by, other_by = term.by, term.other_by if rule.across else term.by
        if mine is None or other is None or by not in (forms(mine) or ()) or other_by not in (forms(other) or ()):
            return None
        if form_type(mine, by) != form_type(other, other_by):
            return None
        own.append((mine, by))
        theirs.append((other, other_by))
    return (owner, tuple(own)), (target, tuple(theirs))


def rules_within(catalog: Catalog, object_key: str) -> dict[str, tuple[MatchRule, Side]]:
    """The rules that compare records of the object with one another, with what each compares."""
    quality, definition = quality_of(catalog, object_key), catalog.objects.get(object_key)
    found: dict[str, tuple[MatchRule, Side]] = {}
    for rule in quality.rules if quality is not None and definition is not None else ():
        sides = None if rule.across or definition is None else rule_sides(catalog.objects, definition, rule)
        if sides is not None:
            found[rule.key] = (rule, sides[0])
    return found


def rules_linking(catalog: Catalog, object_key: str) -> list[tuple[MatchRule, tuple[Side, Side]]]:
    """The rules that fill a relation of the object's new records, the strongest first."""
    quality, definition = quality_of(catalog, object_key), catalog.objects.get(object_key)
    found: list[tuple[MatchRule, tuple[Side, Side]]] = []
    for rule in quality.rules if quality is not None and definition is not None else ():
        sides = rule_sides(catalog.objects, definition, rule) if rule.link and definition is not None and definition.field(rule.link) else None
        if sides is not None:
            found.append((rule, sides))
    return sorted(found, key=lambda one: -STRENGTHS.index(one[0].strength))


def strongest(rules: Iterable[MatchRule]) -> Strength:
    """The strength of agreeing by these rules: that of the strongest. Weak signs do not add up to a certain one."""
    return STRENGTHS[max((STRENGTHS.index(rule.strength) for rule in rules), default=0)]


def score(rules: Iterable[MatchRule]) -> float:
    """How much speaks for two records being one, 0 to 1: each rule leaves 0.6, 0.2 or 0.01 of the doubt, and what is left is multiplied (noisy or)."""
    doubt = 1.0
    for rule in rules:
        doubt *= 1 - _WORTH[rule.strength]
    return round(1 - doubt, 4)
