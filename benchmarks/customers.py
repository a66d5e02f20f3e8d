"""Synthetic customers with known duplicates: the same every time, dirty the way address books are."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

WORDS = (
    "Nordlicht", "Hidalgo", "Müller", "Schröder", "Björk", "Østergaard", "Lefèvre", "Rossi", "Novák", "Kowalski", "Silva", "Gonçalves", "Peeters", "Jansen",
    "Virtanen", "Papadakis", "Yılmaz", "Petrov", "Horváth", "Popescu", "Tanaka", "Atlas", "Meridian", "Orion", "Vega", "Delta", "Boreal", "Levante",
    "Alpina", "Baltic", "Adria", "Iberia", "Hansa", "Albion", "Aurora", "Phoenix", "Zephyr", "Falcon", "Granit", "Kobalt",
)  # fmt: skip
SECOND = (
    "Pumpen", "Valves", "Textil", "Tools", "Ceramics", "Foods", "Marine", "Optics", "Plastics", "Motors", "Lighting", "Furniture", "Packaging", "Steel",
    "Bearings", "Filters", "Coatings", "Sensors", "Cables", "Gears",
)  # fmt: skip
PLACES = ("Nord", "Süd", "Ost", "West", "Rhein", "Elbe", "Loire", "Ebro", "Tejo", "Thames", "Arno", "Odra", "Vltava", "Tisza", "Donau", "Maas", "Po", "Weser", "Oder", "Main")  # fmt: skip
FORMS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "DE": ("GmbH", ("G.m.b.H.", "gmbh", "GmbH & Co. KG", "AG", ""), "49"),
    "GB": ("Ltd", ("Limited", "LTD.", "plc", ""), "44"),
    "US": ("Inc.", ("Incorporated", "Inc", "LLC", "Corp.", ""), "1"),
    "FR": ("SARL", ("S.A.R.L.", "SAS", "S.A.", ""), "33"),
    "ES": ("S.L.", ("SL", "S.A.", "S.L.U.", ""), "34"),
    "IT": ("S.p.A.", ("SpA", "S.r.l.", ""), "39"),
    "NL": ("B.V.", ("BV", "N.V.", ""), "31"),
    "PL": ("Sp. z o.o.", ("sp. z o. o.", "S.A.", ""), "48"),
}
"""By country: the form, what others write for it, and the telephone code."""
CITIES = (("宁波", "Ningbo"), ("上海", "Shanghai"), ("深圳", "Shenzhen"), ("广州", "Guangzhou"), ("杭州", "Hangzhou"), ("青岛", "Qingdao"), ("苏州", "Suzhou"))
SIGNS = (
    ("东", "dong"), ("方", "fang"), ("华", "hua"), ("美", "mei"), ("天", "tian"), ("海", "hai"), ("金", "jin"), ("龙", "long"), ("星", "xing"), ("光", "guang"),
    ("新", "xin"), ("大", "da"), ("明", "ming"), ("宏", "hong"), ("源", "yuan"), ("泰", "tai"), ("盛", "sheng"), ("昌", "chang"), ("恒", "heng"), ("瑞", "rui"),
    ("丰", "feng"), ("百", "bai"), ("利", "li"), ("永", "yong"), ("宝", "bao"), ("通", "tong"), ("富", "fu"), ("安", "an"), ("康", "kang"), ("佳", "jia"),
)  # fmt: skip
TRADES = (("贸易", "Trading"), ("机械", "Machinery"), ("电子", "Electronics"), ("纺织", "Textile"))
PUBLIC = ("gmail.com", "outlook.com", "qq.com", "163.com", "gmx.de", "yahoo.com")
_ASCII = str.maketrans({"ü": "u", "ö": "o", "ø": "o", "Ø": "O", "è": "e", "á": "a", "ç": "c", "ı": "i", "ć": "c"})


@dataclass
class Customer:
    """One record: what is written, which company it is, and how it was made dirty."""

    company: int
    row: dict[str, Any]
    dirt: tuple[str, ...] = ()
    latin: str = field(default="", repr=False)
    """Of a Chinese name, the name in Latin letters."""


def customers(count: int, seed: int) -> list[Customer]:
    """About one record in six is a copy of another; there are companies with one name in two countries, and switchboards that several share."""
    chance = random.Random(seed)
    made: list[Customer] = []
    company = 0
    while len(made) < count:
        first = _company(chance, company)
        made.append(first)
        if chance.random() < 0.02 and len(made) > 10:
            first.row["phone"] = made[chance.randrange(len(made) - 1)].row.get("phone") or first.row["phone"]
        if chance.random() < 0.01:
            other = _company(chance, company + 1)
            other.row["name"], other.company = first.row["name"], company + 1
            made.append(other)
            company += 1
        if chance.random() < 0.15:
            made += [_copy(chance, first) for _ in range(chance.choice((1, 1, 1, 2)))]
        company += 1
    made = made[:count]
    chance.shuffle(made)
    return made


def _company(chance: random.Random, number: int) -> Customer:
    chinese = chance.random() < 0.2
    latin = ""
    if chinese:
        city, signs, trade = chance.choice(CITIES), [chance.choice(SIGNS) for _ in range(3)], chance.choice(TRADES)
        name = city[0] + "".join(sign for sign, _ in signs) + trade[0] + "有限公司"
        latin = f"{city[1]} {''.join(sound for _, sound in signs).capitalize()} {trade[1]} Co., Ltd."
        country, code = "CN", "86"
    else:
        country = chance.choice(tuple(FORMS))
        name = f"{chance.choice(WORDS)} {chance.choice(PLACES)} {chance.choice(SECOND)} {number % 997} {FORMS[country][0]}"
        code = FORMS[country][2]
    own = f"company{number}.example"
    row = {
        "name": name,
        "country": country,
        "website": f"https://www.{own}/",
        "email": f"info@{own}" if chance.random() < 0.8 else f"user{number}@{chance.choice(PUBLIC)}",
        "phone": _phone(code, number),
    }
    return Customer(number, row, latin=latin)


def _phone(code: str, number: int) -> str:
    """A possible number of the country, another for each company."""
    tail = f"{number * 7919 % 10_000_000:07}"
    return {"86": f"+86138{tail}{number % 10}", "1": f"+1212{tail}", "44": f"+44207{tail}", "33": f"+331{tail}{number % 10}", "34": f"+3491{tail}",
            "39": f"+3906{tail}", "31": f"+3120{tail}", "48": f"+4822{tail}", "49": f"+4930{tail}"}[code]  # fmt: skip


def _copy(chance: random.Random, of: Customer) -> Customer:
    """The same company entered again: its name written differently, and some of the rest missing or of another branch."""
    row = dict(of.row)
    dirt = [chance.choice(tuple(DIRT))]
    if chance.random() < 0.3:
        dirt.append(chance.choice(tuple(DIRT)))
    for kind in dirt:
        row["name"] = DIRT[kind](chance, of, row["name"])
    for key, missing, other in (("website", 0.4, ""), ("email", 0.35, "x"), ("phone", 0.35, "")):
        if chance.random() < missing:
            row[key] = None
        elif key == "website":
            row[key] = str(row[key]).replace("https://www.", chance.choice(("http://", "https://", "https://www."))) + chance.choice(("", "contact", "en/"))
        elif key == "email" and chance.random() < 0.5:
            row[key] = str(row[key]).replace("info@", f"sales{other}@")
        elif key == "email":
            row[key] = str(row[key]).replace("info@", "INFO@")
        elif key == "phone":
            row[key] = _spaced(chance, str(row[key]))
    if chance.random() < 0.2:
        row["country"] = None
    return Customer(of.company, row, tuple(dirt))


def _spaced(chance: random.Random, number: str) -> str:
    """As people write it: spaces, brackets, hyphens, 00 for +."""
    sign = chance.choice((" ", "-", ".", " ("))
    first = number[:3] + sign + number[3:6] + (") " if "(" in sign else sign) + number[6:]
    return first if chance.random() < 0.7 else first.replace("(", "").replace(")", "")


def _form(chance: random.Random, of: Customer, name: str) -> str:
    country = str(of.row["country"])
    if country == "CN":
        return name.replace("有限公司", chance.choice(("有限责任公司", "股份有限公司", "")))
    form, others, _ = FORMS[country]
    return name.removesuffix(form).strip() + (f" {other}" if (other := chance.choice(others)) else "")


def _signs(chance: random.Random, of: Customer, name: str) -> str:
    return chance.choice((name.upper(), name.lower(), name.replace(" ", "  "), name.replace(" ", "-", 1), f"“{name}”", name.replace(" ", ", ", 1)))


def _letters(chance: random.Random, of: Customer, name: str) -> str:
    """Umlauts and accents left out, or a Chinese name in Latin letters."""
    return of.latin or name.translate(_ASCII)


def _typo(chance: random.Random, of: Customer, name: str) -> str:
    place = chance.randrange(1, max(len(name) - 2, 2))
    return chance.choice((name[:place] + name[place + 1 :], name[:place] + name[place + 1 : place + 2] + name[place : place + 1] + name[place + 2 :]))


def _order(chance: random.Random, of: Customer, name: str) -> str:
    words = name.split()
    return " ".join([*words[1:2], *words[:1], *words[2:]]) if len(words) > 2 else name


DIRT: Mapping[str, Callable[[random.Random, Customer, str], str]] = {
    "legal form": _form, "signs": _signs, "letters": _letters, "typo": _typo, "order": _order,
}  # fmt: skip
