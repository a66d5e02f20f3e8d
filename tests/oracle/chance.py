"""Random firms and random questions for the oracle, from one seed."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from tests.oracle.model import Field, Grant, Model, Person, Thing

from tradewind.kernel.ids import new_id

STATES = ("hidden", "masked", "read", "write")
SCOPES = ("own", "department", "subtree", "team", "all", "rule")
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")
GRADES = ("a", "b", "c")


def things(chance: random.Random) -> dict[str, Thing]:
    """Zones, accounts in zones, deals with accounts and lines; which fields are sensitive is chance."""
    some = lambda: chance.random() < 0.25  # noqa: E731 - read in place
    zone = Thing("zone", "name", {"name": Field("name", "text", some()), "size": Field("size", "integer", some())})
    account = Thing(
        "account",
        "name",
        {
            "name": Field("name", "text", searched=True),
            "size": Field("size", "integer", some()),
            "grade": Field("grade", "select", some()),
            "secret": Field("secret", "text", True),
            "zone": Field("zone", "relation", target="zone", show_name=some()),
        },
    )
    deal = Thing(
        "deal",
        "subject",
        {
            "subject": Field("subject", "text"),
            "amount": Field("amount", "integer", some()),
            "note": Field("note", "text", some()),
            "account": Field("account", "relation", target="account", show_name=some()),
            "twice": Field("twice", "formula", inputs=("amount",)),
            "lines": Field("lines", "lines", target="deal_line"),
            "total": Field("total", "formula", inputs=("lines.price",)),
        },
    )
    line = Thing("deal_line", "product", {"product": Field("product", "text"), "price": Field("price", "integer", some())}, parent="deal")
    return {one.key: one for one in (zone, account, deal, line)}


def roles(chance: random.Random, made: dict[str, Thing]) -> dict[str, dict[str, list[Grant]]]:
    """Four roles with up to two grants for each object."""
    return {f"role_{number}": {key: grants(chance, thing) for key, thing in made.items() if not thing.parent} for number in range(4)}


def grants(chance: random.Random, thing: Thing) -> list[Grant]:
    found: list[Grant] = []
    for _ in range(chance.choice((0, 1, 1, 2))):
        rows = chance.choice(SCOPES)
        rule = None
        if rows == "rule":
            number = next((key for key, one in thing.fields.items() if one.type == "integer"))
            rule = (number, "gt", chance.randint(0, 8))
        fields = {key: chance.choice(STATES) for key in thing.fields if chance.random() < 0.4}
        actions = ["read", *(action for action in ("update", "delete") if chance.random() < 0.5)]
        found.append(Grant(rows, actions, chance.choice(("masked", "read", "write", "write")), fields, rule))
    return found


def shares(chance: random.Random, model: Model, person: Person) -> None:
    """Up to two shares of accounts and deals, each of a few records and of some fields that are restricted for others."""
    for key in ("account", "deal"):
        rows = list(model.things[key].rows)
        for _ in range(chance.choice((0, 0, 1, 2))):
            actions = chance.choice((["read"], ["read", "update"]))
            state = "write" if "update" in actions else "read"
            fields = {one: state for one in sorted(model.restricted(key)) if chance.random() < 0.5}
            person.shares.setdefault(key, []).append(Grant("shared", actions, "hidden", fields, ids=frozenset(chance.sample(rows, 3))))


def people(chance: random.Random) -> tuple[list[Person], list[tuple[UUID, UUID | None]], list[UUID]]:
    """Six people, departments as (id, parent), and teams."""
    top, left, right, low = (new_id() for _ in range(4))
    departments: list[tuple[UUID, UUID | None]] = [(top, None), (left, top), (right, top), (low, left)]
    below = {top: {top, left, right, low}, left: {left, low}, right: {right}, low: {low}}
    teams = [new_id(), new_id()]
    found: list[Person] = []
    for _ in range(6):
        department = chance.choice(departments)[0]
        chosen = sorted({f"role_{chance.randrange(4)}" for _ in range(chance.choice((1, 1, 2, 3)))})
        found.append(Person(new_id(), chosen, department, below[department], {team for team in teams if chance.random() < 0.4}))
    return found, departments, teams


def fill(chance: random.Random, made: dict[str, Thing], crew: list[Person], departments: list[tuple[UUID, UUID | None]], teams: list[UUID]) -> None:
    """Rows with owners, departments and teams; about one value in six is empty."""

    def value(one: Field) -> Any:
        if chance.random() < 0.16:
            return None
        match one.type:
            case "integer":
                return chance.randint(0, 9)
            case "select":
                return chance.choice(GRADES)
            case "relation":
                return chance.choice(list(made[one.target].rows))
            case _:
                return f"{chance.choice(WORDS)} {chance.choice(WORDS)}"

    for key, count in (("zone", 5), ("account", 18), ("deal", 24), ("deal_line", 30)):
        thing = made[key]
        for _ in range(count):
            row: dict[str, Any] = {name: value(one) for name, one in thing.fields.items() if one.type not in ("formula", "lines")}
            row |= {"id": new_id(), "owner": chance.choice(crew).id, "department": chance.choice(departments)[0], "team": chance.choice([None, *teams])}
            if thing.parent:
                row["parent"] = chance.choice(list(made[thing.parent].rows))
            thing.rows[row["id"]] = row


def paths(model: Model, thing: str, depth: int = 2) -> list[str]:
    found: list[str] = []
    for key, one in model.things[thing].fields.items():
        if one.type == "lines":
            continue
        found.append(key)
        if one.type == "relation" and depth > 1:
            found += [f"{key}.{rest}" for rest in paths(model, one.target, depth - 1)]
    return found


def a_filter(chance: random.Random, model: Model, thing: str, depth: int = 0) -> dict[str, Any]:
    if depth < 2 and chance.random() < 0.35:
        operator = chance.choice(("and", "or", "not"))
        count = 1 if operator == "not" else chance.randint(1, 3)
        return {"op": operator, "of": [a_filter(chance, model, thing, depth + 1) for _ in range(count)]}
    path = chance.choice(paths(model, thing))
    one = model.end(thing, path)
    match one.type:
        case "integer" | "formula":
            operator = chance.choice(("eq", "ne", "gt", "lte", "between", "in", "empty", "filled"))
            number = lambda: chance.randint(0, 9)  # noqa: E731 - read in place
            operand: Any = sorted((number(), number())) if operator == "between" else [number(), number()] if operator == "in" else number()
        case "select":
            operator = chance.choice(("eq", "ne", "in", "empty", "filled"))
            operand = [chance.choice(GRADES)] if operator == "in" else chance.choice(GRADES)
        case "relation":
            operator = chance.choice(("eq", "ne", "empty", "filled"))
            operand = str(chance.choice(list(model.things[one.target].rows)))
        case _:
            operator = chance.choice(("contains", "starts", "ne", "empty", "filled"))
            operand = chance.choice(WORDS)[: chance.randint(2, 5)]
    return {"op": operator, "field": path, **({} if operator in ("empty", "filled") else {"value": operand})}


def a_question(chance: random.Random, model: Model, thing: str) -> dict[str, Any]:
    sortable = [path for path in paths(model, thing) if model.end(thing, path).type in ("text", "integer", "formula")]
    question: dict[str, Any] = {"limit": 200}
    if chance.random() < 0.8:
        question["filter"] = a_filter(chance, model, thing)
    if chance.random() < 0.7:
        question["sort"] = [{"field": path, "descending": chance.random() < 0.5} for path in chance.sample(sortable, chance.randint(1, 2))]
    if thing == "account" and chance.random() < 0.3:
        question["search"] = chance.choice(WORDS)[: chance.randint(2, 5)]
    return question


def an_aggregate(chance: random.Random, model: Model, thing: str) -> dict[str, Any]:
    groupable = [path for path in paths(model, thing) if model.end(thing, path).type in ("text", "integer", "select")]
    summable = [path for path in paths(model, thing) if model.end(thing, path).type in ("integer", "formula")]
    measures = [{"function": "count"}, {"function": "sum", "field": chance.choice(summable)}]
    made: dict[str, Any] = {"dimensions": [{"field": chance.choice(groupable)}], "measures": measures, "limit": 1000}
    return made | ({"filter": a_filter(chance, model, thing)} if chance.random() < 0.5 else {})
