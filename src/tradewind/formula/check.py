"""Checks a formula: every name known, every type fitting, and what it reads and whether it changes by itself."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tradewind.formula.parse import Binary, Call, Constant, Node, Path, Unary, failure, parse

AGGREGATES = frozenset(("SUM", "COUNT", "AVG", "MIN", "MAX"))
COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
UNITS = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a path leads to: its formula type, or "lines" for the lines themselves; `many` where it passes through lines."""

    type: str
    many: bool = False
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked formula. `paths` are read from the record and its relations, `totals` are (function, lines field, column)."""

    type: str
    paths: tuple[str, ...]
    totals: tuple[tuple[str, str, str], ...]
    volatile: bool
    tree: Node
    types: Mapping[Node, str]


_FUNCTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "ABS": (("number|money",), "same"),
    "LEN": (("text",), "number"),
    "LEFT": (("text", "number"), "text"),
    "RIGHT": (("text", "number"), "text"),
    "UPPER": (("text",), "text"),
    "LOWER": (("text",), "text"),
    "TRIM": (("text",), "text"),
    "NOT": (("boolean",), "boolean"),
    "ISBLANK": (("text|number|money|date|instant|boolean",), "boolean"),
    "TODAY": ((), "date"),
    "NOW": ((), "instant"),
    "YEAR": (("date|instant",), "number"),
    "MONTH": (("date|instant",), "number"),
    "DAY": (("date|instant",), "number"),
    "DAYS": (("date", "date"), "number"),
    "ROUND": (("number|money", "number"), "same"),
    "DATEADD": (("date", "number", "text"), "date"),
}
FUNCTIONS = tuple(sorted({*_FUNCTIONS, *AGGREGATES, "IF", "AND", "OR", "CONCAT"}))
"""All function names."""


def check(expression: str, resolve: Callable[[str], Resolved | None], names: Iterable[str] = ()) -> Checked:
    """Raises InvalidDefinition with reason, position and, from `names`, a suggestion for a misspelt field."""
    tree = parse(expression)
    checker = _Checker(resolve, tuple(names))
    result = checker.type_of(tree)
    return Checked(result, tuple(dict.fromkeys(checker.paths)), tuple(dict.fromkeys(checker.totals)), checker.volatile, tree, checker.types)


class _Checker:
    def __init__(self, resolve: Callable[[str], Resolved | None], names: tuple[str, ...]) -> None:
        self._resolve = resolve
        self._names = names
        self.paths: list[str] = []
        self.totals: list[tuple[str, str, str]] = []
        self.volatile = False
        self.types: dict[Node, str] = {}

    def type_of(self, node: Node) -> str:
        found = self._type_of(node)
        self.types[node] = found
        return found

    def _type_of(self, node: Node) -> str:
        match node:
            case Constant(value=value):
                return "boolean" if isinstance(value, bool) else "number" if isinstance(value, Decimal) else "text"
            case Path():
                resolved = self._look_up(node)
                if resolved.many:
                    raise failure("needs_total", node.at, found=node.path, suggestion=f"SUM({node.path})")
                self.paths.append(node.path)
                return resolved.type
            case Unary():
                return self._need(node.operand, "number|money")
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)

    def _look_up(self, node: Path) -> Resolved:
        resolved = self._resolve(node.path)
        if resolved is None or not resolved.type:
            close = difflib.get_close_matches(node.path, self._names, 1)
            raise failure("unknown_field", node.at, found=node.path, suggestion=close[0] if close else "")
        self.volatile = self.volatile or resolved.volatile
        return resolved

    def _need(self, node: Node, allowed: str) -> str:
        found = self.type_of(node)
        if found not in allowed.split("|"):
            raise failure("type", node.at, expected=allowed.replace("|", ", "), found=found)
        return found

    def _binary(self, node: Binary) -> str:
        left, right = self.type_of(node.left), self.type_of(node.right)
        operator = node.operator
        if operator == "&":
            for side in (node.left, node.right):
                self._printable(side)
            return "text"
        if operator in COMPARISONS:
            if left != right or (left == "boolean" and operator not in ("=", "<>")):
                raise failure("compare", node.at, left=left, right=right)
            return "boolean"
        found = _ARITHMETIC.get((left, operator, right))
        if found is None:
            raise failure("arithmetic", node.at, operator=operator, left=left, right=right)
        return found

    def _printable(self, node: Node) -> None:
        if self.types[node] in ("money", "instant"):
            raise failure("type", node.at, expected="text, number, date, boolean", found=self.types[node])

    def _call(self, node: Call) -> str:
        name, arguments = node.function, node.arguments
        if name in AGGREGATES and len(arguments) == 1 and isinstance(arguments[0], Path):
            return self._total(name, arguments[0])
        if name in ("MIN", "MAX"):
            return self._same(node, arguments, "number|money|date|instant")
        if name in AGGREGATES:
            raise failure("needs_lines", node.at, function=name)
        if name == "IF":
            self._arity(node, 3, 3)
            self._need(arguments[0], "boolean")
            return self._same(node, arguments[1:], "text|number|money|date|instant|boolean")
        if name in ("AND", "OR"):
            return self._same(node, arguments, "boolean")
        if name == "CONCAT":
            self._arity(node, 1, 50)
            for argument in arguments:
                self._need(argument, "text|number|date|boolean")
            return "text"
        shape = _FUNCTIONS.get(name)
        if shape is None:
            close = difflib.get_close_matches(name, FUNCTIONS, 1)
            raise failure("unknown_function", node.at, found=name, suggestion=close[0] if close else "")
        if name == "ROUND" and len(arguments) == 1:
            return self._need(arguments[0], "number|money")
        self._arity(node, len(shape[0]), len(shape[0]))
        types = [self._need(argument, allowed) for argument, allowed in zip(arguments, shape[0], strict=True)]
        self._constants(node)
        self.volatile = self.volatile or name in ("TODAY", "NOW")
        return types[0] if shape[1] == "same" else shape[1]

    def _constants(self, node: Call) -> None:
        last = node.arguments[-1] if node.arguments else None
        value = last.value if isinstance(last, Constant) else None
        if node.function == "DATEADD" and value not in UNITS:
            raise failure("unit", last.at if last else node.at, expected=", ".join(UNITS))
        if node.function == "ROUND" and not (isinstance(value, Decimal) and value == value.to_integral_value() and value <= 12):
            raise failure("round_digits", last.at if last else node.at, max=12)

    def _arity(self, node: Call, low: int, high: int) -> None:
        if not low <= len(node.arguments) <= high:
            raise failure("arguments", node.at, function=node.function, expected=low, found=len(node.arguments))

    def _same(self, node: Call, arguments: tuple[Node, ...], allowed: str) -> str:
        self._arity(node, 1, 50)
        first = self._need(arguments[0], allowed)
        for argument in arguments[1:]:
            self._need(argument, first)
        return first

    def _total(self, function: str, path: Path) -> str:
        resolved = self._look_up(path)
        lines, _, column = path.path.partition(".")
        if not resolved.many:
            if function in ("MIN", "MAX"):
                return self._need(path, "number|money|date|instant")
            raise failure("needs_lines", path.at, function=function)
        allowed = ("number", "money") if function in ("SUM", "AVG") else ("number", "money", "date", "instant")
        if function != "COUNT" and resolved.type not in allowed:
            raise failure("type", path.at, expected=", ".join(allowed), found=resolved.type)
        self.types[path] = resolved.type
        self.totals.append((function.lower(), lines, column))
        return "number" if function == "COUNT" else resolved.type


_ARITHMETIC: Mapping[tuple[str, str, str], str] = {
    **{("number", operator, "number"): "number" for operator in "+-*/"},
    ("money", "+", "money"): "money",
    ("money", "-", "money"): "money",
    ("money", "*", "number"): "money",
    ("number", "*", "money"): "money",
    ("money", "/", "number"): "money",
    ("money", "/", "money"): "number",
    ("date", "+", "number"): "date",
    ("date", "-", "number"): "date",
    ("date", "-", "date"): "number",
}
