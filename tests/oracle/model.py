"""Rights in plain Python, written from the rules and not from the compiler: what an actor must see of rows held in dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

RANK = {"hidden": 0, "masked": 1, "read": 2, "write": 3}
UNKNOWN = object()
"""A question about something this actor can never see clear."""


@dataclass
class Grant:
    rows: str
    actions: list[str]
    default: str
    fields: dict[str, str]
    rule: tuple[str, str, Any] | None = None
    """Field, operator (gt or eq) and operand of a rule scope."""
    ids: frozenset[UUID] = frozenset()
    """With rows = shared: the records."""


@dataclass
class Field:
    key: str
    type: str
    sensitive: bool = False
    searched: bool = False
    target: str = ""
    show_name: bool = False
    inputs: tuple[str, ...] = ()
    """Of a formula."""


@dataclass
class Thing:
    """An object with its rows."""

    key: str
    title: str
    fields: dict[str, Field]
    rows: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    parent: str = ""
    """The object whose rights count, for lines."""


@dataclass
class Person:
    id: UUID
    roles: list[str]
    department: UUID
    subtree: set[UUID]
    teams: set[UUID]
    shares: dict[str, list[Grant]] = field(default_factory=dict)


@dataclass
class Model:
    things: dict[str, Thing]
    roles: dict[str, dict[str, list[Grant]]]

    def grants(self, person: Person, thing: str) -> list[Grant]:
        root = self.things[thing].parent or thing
        given = [*(grant for role in person.roles for grant in self.roles[role].get(root, [])), *person.shares.get(root, [])]
        found = [grant for grant in given if "read" in grant.actions]
        return [grant for grant in found if RANK[self.field_state(grant, root, "lines")] >= 2] if root != thing else found

    def field_state(self, grant: Grant, thing: str, key: str) -> str:
        """The state of a field on the rows of one grant."""
        one = self.things[thing].fields[key]
        lines = bool(self.things[thing].parent)
        if grant.rows == "shared" and (lines or key not in grant.fields):
            state = "hidden" if key in self.restricted(thing) else "write" if "update" in grant.actions else "read"
        elif not lines and key in grant.fields:
            state = grant.fields[key]
        else:
            state = min(grant.default, "masked", key=RANK.__getitem__) if one.sensitive else grant.default
        if one.type == "formula":
            state = min([state, "read", *(self.input_state(grant, thing, other) for other in one.inputs)], key=RANK.__getitem__)
        if "update" not in grant.actions or (lines and self.field_state(grant, self.things[thing].parent, "lines") != "write"):
            return min(state, "read", key=RANK.__getitem__)
        return state

    def input_state(self, grant: Grant, thing: str, path: str) -> str:
        """Of what a formula reads: an own field, or a column of the own lines."""
        first, _, rest = path.partition(".")
        own = self.field_state(grant, thing, first)
        return min(own, self.field_state(grant, self.things[thing].fields[first].target, rest), key=RANK.__getitem__) if rest else own

    def holds(self, person: Person, grant: Grant, row: dict[str, Any]) -> bool:
        """Whether a row lies in the scope of a grant."""
        if grant.rows == "all":
            return True
        if grant.rows == "shared":
            return row["id"] in grant.ids
        if grant.rows == "own":
            return row["owner"] == person.id
        if grant.rows == "department":
            return row["department"] == person.department
        if grant.rows == "subtree":
            return row["department"] in person.subtree
        if grant.rows == "team":
            return row["team"] in person.teams
        assert grant.rule is not None
        key, operator, operand = grant.rule
        value = row[key]
        return value is not None and (value > operand if operator == "gt" else value == operand)

    def root_row(self, thing: str, row: dict[str, Any]) -> dict[str, Any]:
        above = self.things[thing].parent
        return self.things[above].rows[row["parent"]] if above else row

    def holding(self, person: Person, thing: str, row: dict[str, Any]) -> list[Grant]:
        return [grant for grant in self.grants(person, thing) if self.holds(person, grant, self.root_row(thing, row))]

    def visible(self, person: Person, thing: str, row: dict[str, Any]) -> bool:
        return bool(self.holding(person, thing, row))

    def state(self, person: Person, thing: str, row: dict[str, Any], key: str) -> str:
        """The best state among the grants whose scope holds the row."""
        states = [self.field_state(grant, thing, key) for grant in self.holding(person, thing, row)]
        return max(states, key=RANK.__getitem__, default="hidden")

    def actions(self, person: Person, thing: str, row: dict[str, Any]) -> list[str]:
        """Who may change a record may also add and remove its lines."""
        if self.things[thing].parent:
            changing = [
                grant
                for grant in self.holding(person, thing, row)
                if "update" in grant.actions and self.field_state(grant, self.things[thing].parent, "lines") == "write"
            ]
            return ["update", "delete"] if changing else []
        return [action for action in ("update", "delete") if any(action in grant.actions for grant in self.holding(person, thing, row))]

    def ever_clear(self, person: Person, thing: str, key: str) -> bool:
        return any(RANK[self.field_state(grant, thing, key)] >= 2 for grant in self.grants(person, thing))

    def value(self, person: Person, thing: str, row: dict[str, Any], key: str) -> Any:
        """The value as filters, sorts and groups may know it: None unless it is clear on this row."""
        return self.plain(thing, row, key) if RANK[self.state(person, thing, row, key)] >= 2 else None

    def plain(self, thing: str, row: dict[str, Any], key: str) -> Any:
        """The stored or computed value, whoever asks; None for lines, which have none."""
        one = self.things[thing].fields[key]
        if one.type == "formula":
            if "." in one.inputs[0]:
                _, _, column = one.inputs[0].partition(".")
                return sum(line[column] or 0 for line in self.lines(self.things[thing].fields["lines"].target, row["id"]))
            value = row[one.inputs[0]]
            return None if value is None else value * 2
        return None if one.type == "lines" else row[key]

    def at(self, person: Person, thing: str, row: dict[str, Any], path: str) -> Any:
        """The value at the end of a path as this actor may know it."""
        first, _, rest = path.partition(".")
        if not rest:
            return self.value(person, thing, row, first)
        target = self.things[thing].fields[first].target
        identity = self.value(person, thing, row, first)
        if identity is None:
            return None
        other = self.things[target].rows[identity]
        return self.at(person, target, other, rest) if self.visible(person, target, other) else None

    def known(self, person: Person, thing: str, path: str) -> bool:
        """Whether the actor may name the path at all."""
        first, _, rest = path.partition(".")
        if not self.ever_clear(person, thing, first):
            return False
        if not rest:
            return True
        target = self.things[thing].fields[first].target
        return bool(self.grants(person, target)) and self.known(person, target, rest)

    def restricted(self, thing: str) -> set[str]:
        """Fields that some reader does not see clear somewhere."""
        grants = self.grants(Person(UUID(int=0), list(self.roles), UUID(int=0), set(), set()), thing)
        return {
            key for key, one in self.things[thing].fields.items() if one.sensitive or any(RANK[self.field_state(grant, thing, key)] < 2 for grant in grants)
        }

    def matches(self, person: Person, thing: str, row: dict[str, Any], part: dict[str, Any]) -> bool:
        """A filter on one row; an unknown comparison is false, and `not` turns what is not true into true."""
        operator = part["op"]
        if operator in ("and", "or", "not"):
            found = [self.matches(person, thing, row, one) for one in part["of"]]
            return any(found) if operator == "or" else all(found) if operator == "and" else not all(found)
        value, operand = self.at(person, thing, row, part["field"]), part.get("value")
        if operator == "empty":
            return value is None
        if operator == "filled":
            return value is not None
        one = self.end(thing, part["field"])
        if one.type == "relation" and operator in ("eq", "ne"):
            target = self.things[one.target]
            found = value is not None and str(value) == operand and self.visible(person, one.target, target.rows[value])
            return found if operator == "eq" else not found
        if operator == "ne":
            return value != operand
        if value is None:
            return False
        return {
            "eq": lambda: value == operand,
            "gt": lambda: value > operand,
            "lte": lambda: value <= operand,
            "between": lambda: operand[0] <= value <= operand[1],
            "in": lambda: value in operand,
            "contains": lambda: operand in value,
            "starts": lambda: value.startswith(operand),
        }[operator]()

    def end(self, thing: str, path: str) -> Field:
        first, _, rest = path.partition(".")
        one = self.things[thing].fields[first]
        return self.end(one.target, rest) if rest else one

    def paths(self, part: dict[str, Any]) -> set[str]:
        return {part["field"]} if "field" in part else set().union(*(self.paths(one) for one in part["of"]))

    def found(self, person: Person, thing: str, question: dict[str, Any]) -> Any:
        """Ids in order, or UNKNOWN."""
        asked = self.paths(question["filter"]) if question.get("filter") else set()
        asked |= {one["field"] for one in question.get("sort", ())}
        if not self.grants(person, thing) or not all(self.known(person, thing, path) for path in asked):
            return UNKNOWN
        rows = [row for row in self.things[thing].rows.values() if self.visible(person, thing, row)]
        if question.get("filter"):
            rows = [row for row in rows if self.matches(person, thing, row, question["filter"])]
        if question.get("search"):
            searched = [key for key, one in self.things[thing].fields.items() if one.searched and key not in self.restricted(thing)]
            rows = [row for row in rows if any(row[key] is not None and question["search"] in row[key] for key in searched)]
        rows.sort(key=lambda row: row["id"], reverse=question["sort"][-1]["descending"] if question.get("sort") else True)
        for one in reversed(question.get("sort", ())):
            filled = [row for row in rows if self.at(person, thing, row, one["field"]) is not None]
            empty = [row for row in rows if self.at(person, thing, row, one["field"]) is None]
            filled.sort(key=lambda row: self.at(person, thing, row, one["field"]), reverse=one["descending"])
            rows = filled + empty
        return [row["id"] for row in rows]

    def figures(self, person: Person, thing: str, question: dict[str, Any]) -> Any:
        """{group: (count, sum)} and the total, or UNKNOWN."""
        ids = self.found(person, thing, {"filter": question.get("filter")})
        group, summed = question["dimensions"][0]["field"], question["measures"][1]["field"]
        if ids is UNKNOWN or not self.known(person, thing, group) or not self.known(person, thing, summed):
            return UNKNOWN
        groups: dict[Any, list[Any]] = {}
        for identity in ids:
            row = self.things[thing].rows[identity]
            groups.setdefault(self.at(person, thing, row, group), []).append(self.at(person, thing, row, summed))
        every = [value for values in groups.values() for value in values]
        return {key: (len(values), _total(values)) for key, values in groups.items()}, (len(every), _total(every))

    def shown(self, person: Person, thing: str, row: dict[str, Any]) -> dict[str, Any]:
        """The record's members, its lines included."""
        made: dict[str, Any] = {"id": str(row["id"]), "_actions": self.actions(person, thing, row)}
        states: dict[str, str] = {}
        for key, one in self.things[thing].fields.items():
            state = self.state(person, thing, row, key)
            if state == "hidden":
                continue
            if one.type == "lines" and state != "masked":
                made[key] = [self.shown(person, one.target, line) for line in self.lines(one.target, row["id"])]
            elif state == "masked":
                made[key] = None if self.plain(thing, row, key) is None and one.type not in ("formula", "relation", "lines") else "masked"
            else:
                made[key] = self.clear(person, thing, row, one)
            if state != "write":
                states[key] = state
        return {**made, "_states": states}

    def lines(self, thing: str, parent: UUID) -> list[dict[str, Any]]:
        return [row for row in self.things[thing].rows.values() if row["parent"] == parent]

    def clear(self, person: Person, thing: str, row: dict[str, Any], one: Field) -> Any:
        value = self.plain(thing, row, one.key)
        if one.type != "relation" or value is None:
            return value
        target = self.things[one.target]
        other = target.rows[value]
        if not self.visible(person, one.target, other):
            return {"restricted": True, "title": other[target.title]} if one.show_name else {"restricted": True}
        return {"id": str(value), "title": self.value(person, one.target, other, target.title)}


def _total(values: list[Any]) -> Decimal | None:
    filled = [value for value in values if value is not None]
    return Decimal(sum(filled)) if filled else None
