"""Formula text as a tree with positions, by a tokenizer and a Pratt parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tradewind.kernel.json import Json
from tradewind.kernel.problems import InvalidDefinition

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_NODES = 200


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, text or truth value."""

    value: Decimal | str | bool
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or one reached through relations or lines."""

    path: str
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]
    at: int


Node = Constant | Path | Unary | Binary | Call


def failure(reason: str, at: int, **params: Json) -> InvalidDefinition:
    """The problem of an expression at a position (counted from 0)."""
    problem = InvalidDefinition(pointer="/expression", rule="formula", reason=reason, at=at)
    problem.params.update(params)
    return problem


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,30}(?:\.\d{1,15})?(?![\w.]))|(?P<text>\"(?:[^\"]|\"\")*\")|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<sign><=|>=|<>|!=|[-+*/&=<>(),]))",
    re.ASCII,
)
_POWER = {"=": 1, "<>": 1, "!=": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        kind = match.lastgroup if match else None
        if match is None or kind is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            raise failure("unclosed_text" if text[at] == '"' else "unexpected", at, found=text[at])
        found.append(_Token(kind, match[kind], match.start(kind)))
        place = match.end()
    found.append(_Token("end", "", end))
    return found


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._nodes = 0

    def whole(self) -> Node:
        found = self._expression(0, 0)
        rest = self._peek()
        if rest.kind != "end":
            raise failure("unexpected", rest.at, found=rest.text)
        return found

    def _peek(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._tokens[self._place]
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _expect(self, sign: str) -> None:
        token = self._take()
        if token.kind != "sign" or token.text != sign:
            raise failure("expected", token.at, expected=sign, found=token.text)

    def _count(self, depth: int, at: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise failure("too_deep", at, max=MAX_DEPTH)
        if self._nodes > MAX_NODES:
            raise failure("too_long", at, max=MAX_NODES)

    def _expression(self, power: int, depth: int) -> Node:
        left = self._operand(depth)
        while (token := self._peek()).kind == "sign" and _POWER.get(token.text, 0) > power:
            self._take()
            self._count(depth, token.at)
            right = self._expression(_POWER[token.text], depth + 1)
            left = Binary("<>" if token.text == "!=" else token.text, left, right, token.at)
        return left

    def _operand(self, depth: int) -> Node:
        token = self._take()
        self._count(depth, token.at)
        if token.kind == "number":
            return Constant(Decimal(token.text), token.at)
        if token.kind == "text":
            text = token.text[1:-1].replace('""', '"')
            if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
                raise failure("characters", token.at)
            return Constant(text, token.at)
        if token.kind == "name":
            return self._named(token, depth)
        if token.text == "-":
            return Unary(self._expression(4, depth + 1), token.at)
        if token.text == "(":
            inner = self._expression(0, depth + 1)
            self._expect(")")
            return inner
        raise failure("expected_value", token.at, found=token.text)

    def _named(self, token: _Token, depth: int) -> Node:
        if self._peek().text == "(" and self._peek().kind == "sign":
            self._take()
            arguments: list[Node] = []
            if self._peek().text != ")" or self._peek().kind != "sign":
                arguments.append(self._expression(0, depth + 1))
                while self._peek().kind == "sign" and self._peek().text == ",":
                    self._take()
                    arguments.append(self._expression(0, depth + 1))
            self._expect(")")
            return Call(token.text.upper(), tuple(arguments), token.at)
        if token.text.upper() in ("TRUE", "FALSE"):
            return Constant(token.text.upper() == "TRUE", token.at)
        return Path(token.text, token.at)


def parse(expression: str) -> Node:
    """The tree of an expression. Raises InvalidDefinition naming position and cause."""
    if len(expression) > MAX_LENGTH:
        raise failure("too_long", MAX_LENGTH, max=MAX_LENGTH)
    return _Parser(_tokens(expression)).whole()
