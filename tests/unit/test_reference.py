"""Reference data agrees with what the standards, the sources and other lists say."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tradewind.kernel.problems import InvalidValue, NoRate
from tradewind.kinds.reference import addresses, countries, currencies, hs, languages, mail, ports, rates, subdivisions, units, zones
from tradewind.kinds.reference.lists import LISTS, Asked
from tradewind.query.database.migrate import files


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("MN-cYRL-mn", "mn-Cyrl-MN"),  # RFC 5646, 2.1.1
        ("mN-cYrL-Mn", "mn-Cyrl-MN"),  # RFC 5646, 2.1.1
        ("SR-LATN-RS", "sr-Latn-RS"),  # RFC 5646, appendix A
        ("zh-hans-cn", "zh-Hans-CN"),  # RFC 5646, appendix A
        ("de-ch-1996", "de-CH-1996"),  # RFC 5646, appendix A
        ("es-419", "es-419"),  # RFC 5646, appendix A
        ("iw", "he"),  # deprecated, IANA language subtag registry
        ("zh_TW", "zh-TW"),
    ],
)
def test_language_tags_are_written_in_one_way(tag: str, written: str) -> None:
    assert languages.canonical(tag) == written


@pytest.mark.parametrize("tag", ["", "e", "english", "xq", "en-", "en--US", "en-QX", "zh-Abcd", "en-US-x-private", "i-klingon", "de_DE.UTF-8"])
def test_what_is_no_language_tag_is_none(tag: str) -> None:
    assert languages.canonical(tag) is None


def test_languages_are_found_by_their_names_in_three_ways() -> None:
    assert [languages.find(word) for word in ("German", "德语", "Deutsch", "简体中文", "French (Canada)", "Elvish")] == [
        "de",
        "de",
        "de",
        "zh-Hans",
        "fr-CA",
        None,
    ]
    assert all(languages.canonical(tag) == tag for tag in languages.OFFERED)


def test_zones_are_those_of_the_iana_database() -> None:
    assert len(zones.names()) > 400
    assert zones.by_country()["DE"] == ("Europe/Berlin", "Europe/Busingen")
    assert [zones.canonical(name) for name in ("Asia/Calcutta", "US/Eastern", "europe/kiev", "PRC", "utc", "GMT")] == [
        "Asia/Kolkata", "America/New_York", "Europe/Kyiv", "Asia/Shanghai", "Etc/UTC", "Etc/UTC",
    ]  # fmt: skip
    assert (zones.find("纽约"), zones.find("Japan"), zones.find("United States"), zones.canonical("../etc/passwd")) == (
        "America/New_York",
        "Asia/Tokyo",
        None,
        None,
    )


def test_subdivisions_have_names_and_are_found_by_them() -> None:
    assert len(subdivisions.of("CN")) == 34
    assert len(subdivisions.of("JP")) == 47
    assert (subdivisions.name("CN-ZJ", "zh-CN"), subdivisions.name("DE-BY", "en")) == ("浙江省", "Bavaria")
    assert {subdivisions.find("CN", word) for word in ("浙江", "浙江省", "zhejiang", "ZJ", "CN-ZJ")} == {"CN-ZJ"}
    assert [subdivisions.find("US", word) for word in ("California", "CA", "New York", "Nowhere")] == ["US-CA", "US-CA", "US-NY", None]
    assert subdivisions.find("DE", "California") is None
    assert {subdivisions.find("DE", word) for word in ("Bayern", "Bavaria", "巴伐利亚", "BY")} == {"DE-BY"}
    assert [subdivisions.name(code, "en") for code in ("CN-ZJ", "CN-BJ", "CN-NM")] == ["Zhejiang", "Beijing", "Inner Mongolia"]


def test_currencies_have_the_digits_of_iso_4217() -> None:
    assert {code: currencies.minor_units(code) for code in ("JPY", "KWD", "EUR", "CLF", "ISK", "TND", "CNY")} == {
        "JPY": 0, "KWD": 3, "EUR": 2, "CLF": 4, "ISK": 0, "TND": 3, "CNY": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("base", "currency", "day", "line"),
    [
        ("USD", "CNY", date(2026, 6, 30), "6.7758"),  # 2026-06-01,China,6.7758
        ("USD", "EUR", date(2026, 6, 1), "0.8684"),  # 2026-06-01,Euro,0.8684
        ("USD", "GBP", date(1971, 1, 15), "0.4157"),  # 1971-01-01,United Kingdom,0.4157
        ("USD", "JPY", date(2026, 4, 9), "159.1173"),  # 2026-04-01,Japan,159.1173
    ],
)
def test_a_rate_is_that_of_its_line(base: str, currency: str, day: date, line: str) -> None:
    assert rates.rate(currency, base, day) == Decimal(line)
    assert abs(rates.rate(base, currency, day) * Decimal(line) - 1) < Decimal("1e-11")


def test_every_currency_is_quoted_in_units_for_one_dollar() -> None:
    """The mark was worth 1/1.95583 euro by law from 1999 on (Council Regulation 2866/98), the pound 2.40 and the Australian dollar 1.12 dollars before August 1971."""
    assert abs(rates.rate("DEM", "EUR", date(2001, 12, 1)) - Decimal("1.95583")) < Decimal("0.001")
    assert abs(rates.rate("FRF", "EUR", date(2000, 12, 1)) - Decimal("6.55957")) < Decimal("0.003")
    assert abs(rates.rate("IEP", "EUR", date(2001, 6, 1)) - Decimal("0.787564")) < Decimal("0.0005")
    assert abs(rates.rate("USD", "GBP", date(1971, 3, 1)) - Decimal("2.40")) < Decimal("0.03")
    assert abs(rates.rate("USD", "AUD", date(1971, 3, 1)) - Decimal("1.12")) < Decimal("0.01")
    assert abs(rates.rate("USD", "NZD", date(1971, 3, 1)) - Decimal("1.12")) < Decimal("0.01")


@pytest.mark.parametrize(
    ("base", "currency", "day"),
    [
        ("EUR", "CNY", date(1998, 12, 31)),
        ("DEM", "USD", date(2002, 1, 1)),
        ("EUR", "VES", date(2026, 1, 1)),
        ("XXQ", "XXQ", date(2026, 1, 1)),
        ("EUR", "USD", date(2100, 1, 1)),
    ],
)
def test_a_missing_rate_is_a_problem_that_names_pair_and_day(base: str, currency: str, day: date) -> None:
    with pytest.raises(NoRate) as caught:
        rates.rate(base, currency, day)
    assert caught.value.params == {"base": base, "currency": currency, "day": day.isoformat()}


def test_the_harmonized_system_is_whole() -> None:
    """HS 2022 has 21 sections, 96 chapters in use (77 is kept free), 1 228 headings and 5 612 subheadings (WCO)."""
    counted = {length: sum(len(code) == length for code in hs.descriptions()) for length in (2, 4, 6)}
    assert (len(hs.sections()), counted[2], counted[4]) == (21, 96, 1228)
    assert abs(counted[6] - 5612) <= 1
    assert "77" not in hs.descriptions()
    assert hs.parents("8471.30.00.90") == ("84", "8471", "847130")
    assert (hs.section("0101"), hs.section("9701"), hs.section("8471")) == ("I", "XXI", "XVI")
    assert all(code[:-2] in hs.descriptions() for code in hs.descriptions() if len(code) > 2)
    assert hs.find("8712")[0] == "8712"
    assert "8712" in hs.find("bicycles")


def test_ports_are_found_by_each_of_their_codes() -> None:
    assert (ports.canonical("cn nbo"), ports.find("Rotterdam"), ports.find("Hamburg")) == ("CNNGB", None, "DEHAM")
    assert ports.ports()["SGSIN"].country == "SG"
    assert all(len(code) == 5 and code[:2] in countries.codes() for code in ports.ports())
    assert {port.zone for port in ports.ports().values() if port.zone and zones.canonical(port.zone) is None} == set()


@pytest.mark.parametrize(
    ("amount", "unit", "into", "made"),
    [
        ("1", "LBR", "KGM", "0.45359237"),  # NIST Handbook 44, appendix C
        ("1", "GLL", "LTR", "3.785411784"),  # NIST Handbook 44, appendix C
        ("1", "GLI", "LTR", "4.54609"),  # NIST Handbook 44, appendix C
        ("1", "ACR", "MTK", "4046.8564224"),
        ("1", "APZ", "GRM", "31.1034768"),  # NIST Handbook 44, appendix C
        ("1", "FTQ", "MTQ", "0.028316846592"),  # NIST SP 811, B.8
        ("2", "GRO", "DZN", "24"),
        ("1", "LTN", "KGM", "1016.0469088"),  # NIST Handbook 44, appendix C
        ("1", "SMI", "YRD", "1760"),
        ("1", "QTL", "OZA", "32"),
    ],
)
def test_units_turn_into_one_another(amount: str, unit: str, into: str, made: str) -> None:
    assert units.convert(Decimal(amount), unit, into) == Decimal(made)


@pytest.mark.parametrize(("unit", "into"), [("KGM", "MTR"), ("CEL", "FAH"), ("MON", "DAY"), ("KGM", "XXX")])
def test_what_no_factor_turns_is_refused(unit: str, into: str) -> None:
    with pytest.raises(InvalidValue):
        units.convert(Decimal(1), unit, into)


def test_units_say_where_their_factor_comes_from() -> None:
    assert all(unit.source and unit.name and unit.name_zh for unit in units.units().values())
    assert (units.find("千克"), units.find("kg"), units.find("inch"), units.find("GAL")) == ("KGM", "KGM", "INH", None)


@pytest.mark.parametrize(
    ("country", "lines", "city", "subdivision", "postcode", "written"),
    [
        ("DE", ["Musterstr. 5"], "Berlin", "", "10115", ("Musterstr. 5", "10115 Berlin")),
        ("US", ["1098 Alta Ave"], "Mountain View", "CA", "94043", ("1098 Alta Ave", "Mountain View, CA 94043")),  # libaddressinput, formatting tests
        ("US", ["1098 Alta Ave"], "", "CA", "94043", ("1098 Alta Ave", "CA 94043")),
        ("CN", ["中山东路1号"], "宁波市", "浙江省", "315000", ("315000", "浙江省宁波市", "中山东路1号")),
        ("CN", ["1 Zhongshan East Road"], "Ningbo", "Zhejiang", "315000", ("1 Zhongshan East Road", "Ningbo", "Zhejiang, 315000")),
        ("JP", ["丸の内1-1"], "千代田区", "東京都", "100-0005", ("〒100-0005", "東京都", "千代田区", "丸の内1-1")),
        ("GB", ["10 Downing Street"], "London", "", "SW1A 2AA", ("10 Downing Street", "London", "SW1A 2AA")),
    ],
)
def test_addresses_are_written_as_their_country_does(
    country: str, lines: list[str], city: str, subdivision: str, postcode: str, written: tuple[str, ...]
) -> None:
    assert addresses.written(country, lines, city, subdivision, postcode) == written


def test_public_mail_services_are_known_and_companies_are_not_among_them() -> None:
    domains = mail.public_domains()
    assert {"gmail.com", "qq.com", "163.com", "gmx.de", "yahoo.co.jp", "mail.ru", "outlook.com", "naver.com"} <= domains
    assert not {"alibaba.com", "bosch.com", "siemens.com", "facebook.com", "example.com", "o2.com", "orange.com"} & domains


def test_the_base_knows_the_same_public_mail_services() -> None:
    listed = re.search(r"ALL\('\{([^}]*)\}'", files()["0131_pre_domains.sql"])
    assert listed
    assert {domain.strip() for domain in listed[1].split(",")} == mail.public_domains()


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_list_has_codes_and_names(name: str, language: str) -> None:
    found = LISTS[name](Asked(language, "CN"))
    assert found
    for one in found:
        assert isinstance(one, dict)
        assert one["code"] and (name == "address-formats" or one["name"])
