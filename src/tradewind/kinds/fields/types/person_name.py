"""Names of people in their parts, written in the order of their culture."""

from __future__ import annotations

import re
from typing import Literal

import msgspec
from anyascii import anyascii

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, call, join, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options
from tradewind.kinds.fields.values import clean, short
from tradewind.kinds.reference import person_names


class PersonName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in parts; `native` is the whole name in its own script where the parts are in Latin letters.

    `family_first` is for names in Latin letters that put the family first (Nguyễn, Nagy); names in Chinese characters, kana or hangul always do.
    `full` is made of the parts; what is sent for it is replaced.
    """

    given: str = ""
    family: str = ""
    native: str = ""
    salutation: str = ""
    family_first: bool = False
    full: str = ""


class PersonNameOptions(Options, frozen=True):
    """`order` in which a cell with an undivided name is read: by its script, or the given or the family name first."""

    order: Literal["culture", "given", "family"] = "culture"


_SIGNS = re.compile(r"[,;()\[\]\t]")
_LONGEST = 100
_EXPLICIT = re.compile(r"([^,;()\[\]]*)([,;])([^,;()\[\]]*?)(?:\s*\(([^()]*)\))?(?:\s*\[([^\[\]]*)\])?")


def _full(columns: Columns, operand: str) -> Sql:
    """The operand is the name as written, in its parts the other way round, or in its own script, whatever its case and accents."""
    said = call("system.fold", comparisons.safe_param(operand) + raw("::text"))
    turned = call("system.fold", call("concat_ws", raw("' '"), columns[2], columns[1]))
    straight = call("system.fold", call("concat_ws", raw("' '"), columns[1], columns[2]))
    return said + raw(" IN (") + join(", ", [call("system.fold", columns[0]), call("system.fold", columns[3]), straight, turned]) + raw(")")


def _contains(columns: Columns, operand: str) -> Sql:
    whole = call("system.fold", call("concat_ws", raw("' '"), columns[0], columns[3]))
    return call("strpos", whole, call("system.fold", comparisons.safe_param(operand))) + raw(" > 0")


def _family(columns: Columns, operand: str) -> Sql:
    return call("system.fold", columns[2]) + raw(" = ") + call("system.fold", comparisons.safe_param(operand) + raw("::text"))


def latin_key(name: PersonName) -> str:
    """The parts of the name in Latin letters, lower case and sorted, so that both orders and scripts meet: 王芳 and "Fang Wang" are "fang wang"."""
    parts = [name.family, name.given] if name.family or name.given else [name.native]
    words = [word for part in parts for word in re.split(r"[^a-z0-9]+", anyascii(part).lower()) if word]
    return " ".join(sorted(words))


class PersonNameField(FieldType[PersonNameOptions, PersonName]):
    name = "person_name"
    group = "contact"
    options = PersonNameOptions
    value = PersonName
    formula_type = "text"
    titles = True
    operators = {
        "is_named": Operator(str, _full),
        "contains": Operator(str, _contains),
        "starts": Operator(str, comparisons.starts),
        "family": Operator(str, _family),
        **comparisons.EMPTY_OPERATORS,
    }
    keys = {"name": lambda columns: columns[6], "native": lambda columns: call("system.fold", columns[3])}
    examples = (
        Example(
            values=(
                {"given": "Anna", "family": "Müller"},
                {"given": "芳", "family": "王"},
                {"given": "Fang", "family": "Wang", "native": "王芳", "salutation": "Ms."},
                {"given": "Thị Lan", "family": "Nguyễn", "family_first": True},
                {"given": "Vincent", "family": "van der Berg", "salutation": "Dr."},
                {"given": "Anna Maria", "family": "García López"},
                {"family": "Suharto"},
                {"given": "Cher"},
                {"native": "김철수"},
            ),
            bad_values=({"given": "a\x00"}, {"given": "x" * 101}, {"given": "A, B"}, {"salutation": "Ms."}, {"name": "x"}, "Anna", 5, {"family": "a\nb"}),
            bad_cells=("", "x" * 600, "(王芳)(王)", "a, b, c"),
        ),
        Example({"order": "family"}, values=({"given": "Anna", "family": "Müller"}, {"given": "László", "family": "Nagy", "family_first": True})),
    )

    def columns(self, options: PersonNameOptions) -> tuple[Column, ...]:
        parts = ("", "__given", "__family", "__native", "__salutation")
        return (*(Column(part, "text") for part in parts), Column("__family_first", "boolean"), Column("__name", "text"))

    def check(self, value: PersonName, options: PersonNameOptions) -> PersonName:
        parts: dict[str, str] = {}
        for key in ("given", "family", "native", "salutation"):
            try:
                text = " ".join(clean(short(getattr(value, key), 1000)).split())
                parts[key] = short(text, _LONGEST)
            except InvalidValue as problem:
                problem.pointer = f"/{key}"
                raise
            if _SIGNS.search(text):
                raise InvalidValue(pointer=f"/{key}", rule="name_signs")
        if not (parts["given"] or parts["family"] or parts["native"]):
            raise InvalidValue(rule="name_empty")
        family_first = value.family_first and bool(parts["given"] and parts["family"]) and not person_names.is_eastern(parts["family"] + parts["given"])
        full = person_names.written(parts["given"], parts["family"], family_first=family_first) or parts["native"]
        return PersonName(**parts, family_first=family_first, full=full)

    def store(self, value: PersonName) -> tuple[object, ...]:
        parts = (value.given or None, value.family or None, value.native or None, value.salutation or None)
        return (value.full, *parts, value.family_first, latin_key(value) or None)

    def load(self, columns: Columns) -> Sql:
        pairs: list[Sql] = []
        for place, key in ((1, raw("'given'")), (2, raw("'family'")), (3, raw("'native'")), (4, raw("'salutation'")), (0, raw("'full'"))):
            pairs += [key, call("coalesce", columns[place], raw("''"))]
        made = call("jsonb_build_object", *pairs, raw("'family_first'"), columns[5])
        return raw("CASE WHEN ") + columns[0] + raw(" IS NOT NULL THEN ") + made + raw(" END")

    def mask(self, columns: Columns, options: PersonNameOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: PersonNameOptions, locale: str = "en") -> PersonName:
        """Müller, Anna (native) [Dr.] in parts, or a name as people write it: 王芳, Dr. Anna Müller, Vincent van der Berg.

        With a semicolon in place of the comma the family is written first: Nguyễn; Thị Lan. What a cell does not divide is divided by the field's order.
        """
        cell = cells.plain(text)
        if match := _EXPLICIT.fullmatch(cell):
            family, sign, given, native, salutation = (one or "" for one in match.groups())
            return self.check(PersonName(given.strip(), family.strip(), native.strip(), salutation.strip(), sign == ";"), options)
        if not cell or _SIGNS.search(cell):
            raise InvalidValue(rule="person_name")
        salutation, rest = person_names.without_salutation(cell)
        given, family, first = person_names.divided(rest, options.order)
        return self.check(PersonName(given, family, "", salutation, first), options)

    def format(self, value: PersonName, options: PersonNameOptions, locale: str = "en") -> str:
        plain = f"{value.salutation} {value.full}".strip()
        try:
            if self.parse(plain, options, locale) == value:
                return plain
        except InvalidValue:
            pass
        native = f" ({value.native})" if value.native else ""
        return f"{value.family}{';' if value.family_first else ','} {value.given}{native}" + (f" [{value.salutation}]" if value.salutation else "")

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return (call("coalesce", columns[2], columns[0]), columns[1])

    def fold(self, columns: Columns) -> Sql:
        return (
            raw("system.fold(coalesce(")
            + columns[2]
            + raw(", '') || '|' || coalesce(")
            + columns[1]
            + raw(", '') || '|' || coalesce(")
            + columns[3]
            + raw(", ''))")
        )

    def search(self, columns: Columns) -> Sql:
        return call("concat_ws", raw("' '"), columns[0], columns[3], columns[6])


FIELD = PersonNameField()
