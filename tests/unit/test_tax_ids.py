"""Checksums of tax numbers, with the numbers that the authorities' own documents print."""

from __future__ import annotations

import pytest

from tradewind.kernel.problems import InvalidValue
from tradewind.kinds.reference import tax_ids

PRINTED = [
    ("DE", "vat", "DE136695976", "DE136695976"),  # Bundeszentralamt für Steuern, Prüfziffernberechnung
    ("CN", "uscc", "91350100M000100Y43", "91350100M000100Y43"),  # GB 32100-2015
    ("AU", "abn", "51 824 753 556", "51 824 753 556"),  # Australian Business Register, format of the ABN
    ("NZ", "ird", "49091850", "49-091-850"),  # Inland Revenue, specification of the number
    ("NZ", "ird", "136410132", "136-410-132"),  # Inland Revenue, specification of the number
    ("JP", "cn", "7000012050002", "7-0000-1205-0002"),  # National Tax Agency's own number
    ("MX", "rfc", "GODE561231GR8", "GODE 561231 GR8"),  # Servicio de Administración Tributaria
    ("FR", "siren", "732 829 320", "732 829 320"),  # INSEE, SIREN
    ("BR", "cnpj", "11.222.333/0001-81", "11.222.333/0001-81"),  # Receita Federal, calculation of the check digits
    ("RU", "inn", "7707083893", "7707083893"),
    ("TW", "ubn", "04595257", "04595257"),  # Ministry of Finance, checking rule
    ("IT", "vat", "00743110157", "IT00743110157"),  # VIES, structure of VAT numbers
    ("GR", "vat", "EL094259216", "EL094259216"),
    ("IN", "gstin", "27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
    ("US", "ein", "91-1144442", "91-1144442"),
]


@pytest.mark.parametrize(("country", "scheme", "number", "written"), PRINTED, ids=lambda one: str(one))
def test_printed_numbers_hold_and_are_written_as_their_country_does(country: str, scheme: str, number: str, written: str) -> None:
    plain = tax_ids.checked(country, scheme, number)
    assert tax_ids.written(country, scheme, plain) == written
    assert tax_ids.checked(country, scheme, written) == plain
    assert tax_ids.checked(country, scheme, f" {'-'.join(number)} ") == plain


@pytest.mark.parametrize(("country", "scheme", "number"), [one[:3] for one in PRINTED if one[1] not in ("ein",)])
def test_one_wrong_digit_is_refused(country: str, scheme: str, number: str) -> None:
    plain = tax_ids.compact(number)
    place = max(place for place, letter in enumerate(plain[:-1]) if letter.isdecimal())
    wrong = plain[:place] + str((int(plain[place]) + 1) % 10) + plain[place + 1 :]
    with pytest.raises(InvalidValue) as caught:
        tax_ids.checked(country, scheme, wrong)
    assert caught.value.params["rule"] == "tax_id"


def test_the_number_that_the_authority_prints_as_wrong_is_refused() -> None:
    with pytest.raises(InvalidValue):
        tax_ids.checked("NZ", "ird", "136410133")  # Inland Revenue, specification of the number


def test_every_scheme_has_its_module_and_its_names() -> None:
    for scheme in tax_ids.schemes().values():
        with pytest.raises(InvalidValue):
            tax_ids.checked(scheme.country, scheme.key, "!")
        assert tax_ids.label(scheme.country, scheme.key, "zh-CN") and tax_ids.label(scheme.country, scheme.key, "en")


def test_a_scheme_of_another_country_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        tax_ids.checked("US", "cnpj", "11.222.333/0001-81")
    assert caught.value.params["rule"] == "tax_scheme"
