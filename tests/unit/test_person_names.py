"""Names of people are divided as their culture does and meet in every order and script."""

from __future__ import annotations

import pytest

from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.types.person_name import latin_key
from tradewind.kinds.fields.values import read_options

KIND = field_types()["person_name"]
OPTIONS = read_options(KIND, {})


@pytest.mark.parametrize(
    ("cell", "given", "family", "salutation", "full"),
    [
        ("Anna Müller", "Anna", "Müller", "", "Anna Müller"),
        ("Müller, Anna", "Anna", "Müller", "", "Anna Müller"),
        ("Dr. Anna Maria Müller", "Anna Maria", "Müller", "Dr.", "Anna Maria Müller"),
        ("Vincent van der Berg", "Vincent", "van der Berg", "", "Vincent van der Berg"),
        ("王芳", "芳", "王", "", "王芳"),
        ("王芳女士", "芳", "王", "女士", "王芳"),
        ("欧阳修", "修", "欧阳", "", "欧阳修"),
        ("山田 太郎", "太郎", "山田", "", "山田太郎"),
        ("김철수", "철수", "김", "", "김철수"),
        ("Nguyễn; Thị Lan", "Thị Lan", "Nguyễn", "", "Nguyễn Thị Lan"),
        ("Madonna", "Madonna", "", "", "Madonna"),
        ("Mr John Smith", "John", "Smith", "Mr", "John Smith"),
        ("M. Jean Dupont", "Jean", "Dupont", "M.", "Jean Dupont"),
        ("Eng Hon Lee", "Eng Hon", "Lee", "", "Eng Hon Lee"),
    ],
)
def test_cells_are_divided(cell: str, given: str, family: str, salutation: str, full: str) -> None:
    name = KIND.parse(cell, OPTIONS, "en")
    assert (name.given, name.family, name.salutation, name.full) == (given, family, salutation, full)


def test_a_field_of_names_with_the_family_first_divides_them_so() -> None:
    name = KIND.parse("Nagy László", read_options(KIND, {"order": "family"}), "en")
    assert (name.given, name.family, name.full) == ("László", "Nagy", "Nagy László")


def test_keys_meet_in_both_orders_and_scripts() -> None:
    keys = {latin_key(KIND.parse(cell, OPTIONS, "en")) for cell in ("王芳", "Fang Wang", "Wang Fang", "Wang, Fang (王芳)")}
    assert keys == {"fang wang"}
    assert latin_key(KIND.parse("Anna Müller", OPTIONS, "en")) == "anna muller"
