"""A customer file as companies keep them: made with a fixed seed, 5 % of its rows dirty, and what a careful person would make of each."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date

import openpyxl

_CITIES = {
    "Germany": ("DE", "Hamburg", "+49", "de"), "France": ("FR", "Lyon", "+33", "fr"), "Italy": ("IT", "Torino", "+39", "it"),
    "Spain": ("ES", "Bilbao", "+34", "es"), "Poland": ("PL", "Gdynia", "+48", "pl"), "Japan": ("JP", "Kobe", "+81", "jp"),
}  # fmt: skip
_KINDS = ["Pumps", "Valves", "Lighting", "Tools", "Textiles", "Bearings", "Glass", "Motors"]
_WRONG = ["Deutschand", "Frnace", "Itlay", "Atlantis"]
RIGHT = {"Deutschand": "DE", "Frnace": "FR", "Itlay": "IT", "Atlantis": "ES"}
"""What the people of the company meant."""
HEADERS = ["Customer no.", "Company", "Country", "Contact", "E-mail", "Phone", "Customer since"]


@dataclass
class Dirty:
    """The file, and the test's own count of what is in it."""

    rows: list[list[str]] = field(default_factory=list[list[str]])
    codes: set[str] = field(default_factory=set[str])
    """Customers there are, by number: doubled ones once."""
    wrong_countries: dict[int, str] = field(default_factory=dict[int, str])
    """Rows, counted from 1, whose country is none."""
    bad_mails: dict[int, str] = field(default_factory=dict[int, str])
    """Rows whose mail is none, with the right one."""
    since: dict[str, date] = field(default_factory=dict[str, date])
    phones: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def refused(self) -> set[int]:
        """Rows that no careful reader lets through."""
        return {*self.wrong_countries, *self.bad_mails}

    @property
    def clean_codes(self) -> set[str]:
        """Customers who have a row that is right."""
        return {plain(row[0]) for number, row in enumerate(self.rows, start=1) if number not in self.refused}

    def csv(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADERS)
        writer.writerows(self.rows)
        return text.getvalue().encode("utf-8-sig")

    def xlsx(self) -> bytes:
        """The same as a workbook, all cells text as somebody typed them."""
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("客户")
        for row in (HEADERS, *self.rows):
            sheet.append(row)
        body = io.BytesIO()
        book.save(body)
        return body.getvalue()


def plain(text: str) -> str:
    """Full-width digits and letters as ordinary ones."""
    return "".join(chr(ord(letter) - 0xFEE0) if "！" <= letter <= "～" else letter for letter in text)


def wide(text: str) -> str:
    """Ordinary digits and letters as full-width ones."""
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def dirty(count: int, seed: int, prefix: str = "C") -> Dirty:
    """`count` rows; one in a hundred each: a wrong country, a bad mail, a customer again, full-width digits, another order of the date."""
    dice, made = random.Random(seed), Dirty()
    for number in range(1, count + 1):
        code = f"{prefix}{10000 + number}"
        country = dice.choice(list(_CITIES))
        _, city, dial, ending = _CITIES[country]
        name = f"{city} {dice.choice(_KINDS)} {number}"
        since = date(2010 + dice.randrange(14), 1 + dice.randrange(12), 13 + dice.randrange(15))
        phone = f"{dial} {dice.randrange(30, 40)} {dice.randrange(2_000_000, 9_999_999)}"
        row = [code, name, country, f"Person {number}", f"office{number}@{city.lower()}-{number}.{ending}", phone, since.strftime("%d/%m/%Y")]
        match number % 100:
            case 7:
                row[2] = dice.choice(_WRONG)
                made.wrong_countries[number] = row[2]
            case 23:
                made.bad_mails[number] = row[4]
                row[4] = row[4].replace("@", dice.choice(["@@", " at ", ""]))
            case 41:
                row[0], row[1] = made.rows[number - 10][0], made.rows[number - 10][1].upper()
            case 59:
                row[0], row[5] = wide(code), wide(phone)
            case 83:
                row[6] = since.strftime("%Y-%m-%d")
            case _:
                pass
        made.rows.append(row)
        made.codes.add(plain(row[0]))
        if number % 100 != 41:
            made.since[plain(row[0])] = since
    return made
