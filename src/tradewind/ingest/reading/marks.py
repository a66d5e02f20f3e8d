"""What the XML of a workbook says and the library that reads its values leaves out: errors, formulas without a value, percent formats.

The library reads error cells and formulas that were never computed as empty, which would lose them silently (decision 0061).
"""

from __future__ import annotations

import re
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from xml.parsers import expat

from tradewind.ingest.reading.cells import BUILT_IN, PLAIN, Look, look_of
from tradewind.kernel.problems import UnreadableFile

_BLOCK = 1 << 18
_MOST_PART = 60_000_000
"""Bytes of a part that is read whole."""
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s+ref=[\"'](?:[A-Z]+\d+:)?([A-Z]+)(\d+)[\"']")
_ALWAYS = rb"\bt\s*=\s*[\"']e[\"']|<(?:\w+:)?f[\s>/]"


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell, from 0: an error's text, a formula (with `computed` telling whether its value is there), or a look."""

    row: int
    place: int
    error: str = ""
    formula: str = ""
    computed: bool = True
    look: Look = PLAIN


class Package:
    """The parts of an xlsx workbook that matter here."""

    def __init__(self, path: Path, name: str) -> None:
        self._zip = zipfile.ZipFile(path)
        self._name = name
        self._names = {entry.filename.lower().lstrip("/"): entry for entry in self._zip.infolist()}
        self.sheets: dict[str, str] = {}
        """Part of each sheet, by the sheet's name."""
        self.epoch_1904 = False
        self._read_workbook()
        self.looks = self._read_looks()
        """Number formats that show more than the number, by style."""

    def close(self) -> None:
        self._zip.close()

    def extent(self, sheet: str) -> tuple[int, int] | None:
        """Rows and columns the sheet says it has; None where it does not say."""
        with self._open(self.sheets[sheet]) as file:
            found = _DIMENSION.search(file.read(8_000))
        return (int(found[2]), place_of(found[1].decode()) + 1) if found else None

    def farthest(self, sheet: str) -> tuple[int, int]:
        """Rows and columns up to the last cell with something in it."""
        rows = columns = 0
        for mark in self._scan(sheet, every=True):
            rows, columns = max(rows, mark.row + 1), max(columns, mark.place + 1)
        return rows, columns

    def marks(self, sheet: str) -> Iterator[Mark]:
        """Its marks in the order of its rows. A look through the bytes tells first whether there are any: most sheets have none."""
        wanted = _ALWAYS
        if self.looks:
            wanted += rb"|\bs\s*=\s*[\"'](?:" + b"|".join(str(style).encode() for style in self.looks) + rb")[\"']"
        return self._scan(sheet, every=False) if self._any(sheet, re.compile(wanted)) else iter(())

    def _any(self, sheet: str, wanted: re.Pattern[bytes]) -> bool:
        kept = b""
        with self._open(self.sheets[sheet]) as file:
            while block := file.read(_BLOCK):
                if wanted.search(kept + block):
                    return True
                kept = block[-64:]
        return False

    def _scan(self, sheet: str, *, every: bool) -> Iterator[Mark]:
        handler = _SheetHandler(self.looks, every)
        parser = _parser(self._name)
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text
        with self._open(self.sheets[sheet]) as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
                while handler.found:
                    yield handler.found.popleft()
        parser.Parse(b"", True)
        yield from handler.found

    def _open(self, part: str) -> zipfile.ZipExtFile:
        return cast(zipfile.ZipExtFile, self._zip.open(self._names[part]))

    def _elements(self, part: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The elements of a small part, names without prefix."""
        entry = self._names.get(part)
        if entry is None or entry.file_size > _MOST_PART:
            return
        found: list[tuple[str, Mapping[str, str]]] = []
        parser = _parser(self._name)
        parser.StartElementHandler = lambda tag, attributes: found.append((local(tag), attributes))
        parser.Parse(self._zip.read(entry), True)
        yield from found

    def _read_workbook(self) -> None:
        book = next((one for one in ("xl/workbook.xml", *sorted(self._names)) if one in self._names and re.fullmatch(r"xl/workbook\d*\.xml", one)), "")
        folder, _, file = book.rpartition("/")
        targets = {
            about["Id"]: _resolved(folder, about["Target"])
            for tag, about in self._elements(f"{folder}/_rels/{file}.rels")
            if tag == "Relationship" and "Id" in about and "Target" in about
        }
        for tag, about in self._elements(book):
            if tag == "workbookPr":
                self.epoch_1904 = about.get("date1904", "0") in ("1", "true")
            elif tag == "sheet":
                relation = next((value for key, value in about.items() if key.endswith(":id")), "")
                part = targets.get(relation, "")
                if part in self._names:
                    self.sheets[about.get("name", "")] = part

    def _read_looks(self) -> dict[str, Look]:
        codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
        looks: dict[str, Look] = {}
        inside, style = False, 0
        for tag, about in self._elements("xl/styles.xml"):
            if tag == "numFmt":
                codes[about.get("numFmtId", "")] = about.get("formatCode", "")
            elif tag in ("cellXfs", "cellStyles", "dxfs"):
                inside = tag == "cellXfs"
            elif tag == "xf" and inside:
                look = look_of(codes.get(about.get("numFmtId", ""), ""))
                if look != PLAIN:
                    looks[str(style)] = look
                style += 1
        return looks


@dataclass(slots=True)
class _SheetHandler:
    looks: Mapping[str, Look]
    every: bool
    found: deque[Mark] = field(default_factory=deque[Mark])
    _row: int = -1
    _place: int = -1
    _type: str = ""
    _style: str = ""
    _within: str = ""
    _formula: str | None = None
    _value: str | None = None

    def start(self, tag: str, about: dict[str, str]) -> None:
        tag = local(tag)
        if tag == "c":
            self._type, self._style = about.get("t", ""), about.get("s", "")
            self._formula = self._value = None
            place = _PLACE.fullmatch(about.get("r", ""))
            if place:
                self._place, self._row = place_of(place[1]), int(place[2]) - 1
            else:
                self._place += 1
        elif tag == "row":
            said = about.get("r", "")
            self._row = int(said) - 1 if said.isdecimal() else self._row + 1
            self._place = -1
        elif tag == "f":
            self._within, self._formula = "f", ""
        elif tag in ("v", "is"):
            self._within, self._value = "v", ""

    def text(self, text: str) -> None:
        if self._within == "f":
            self._formula = (self._formula or "") + text
        elif self._within == "v":
            self._value = (self._value or "") + text

    def end(self, tag: str) -> None:
        tag = local(tag)
        if tag in ("f", "v", "is"):
            self._within = ""
        elif tag == "c":
            self._close()

    def _close(self) -> None:
        if self._formula is not None:
            computed = bool(self._value) or (self._type == "str" and self._value is not None)
            error = self._value or "" if self._type == "e" else ""
            look = self.looks.get(self._style, PLAIN) if self._type in ("", "n") else PLAIN
            self.found.append(Mark(self._row, self._place, error=error, formula="=" + self._formula, computed=computed, look=look))
        elif self._type == "e":
            self.found.append(Mark(self._row, self._place, error=self._value or "#"))
        elif self._style in self.looks and self._type in ("", "n") and self._value:
            self.found.append(Mark(self._row, self._place, look=self.looks[self._style]))
        elif self.every and self._value:
            self.found.append(Mark(self._row, self._place))


def _parser(name: str) -> expat.XMLParserType:
    """A parser that refuses entities of the file's own: workbooks have none, bombs are made of them."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise UnreadableFile(rule="bomb", file=name)

    parser.EntityDeclHandler = refuse
    return parser


def local(tag: str) -> str:
    """An element's name without its prefix."""
    return tag if ":" not in tag else tag.rpartition(":")[2]


def place_of(letters: str) -> int:
    """The column of that name, from 0: A is 0, AA is 26."""
    place = 0
    for one in letters:
        place = place * 26 + ord(one) - 64
    return place - 1


def _resolved(folder: str, target: str) -> str:
    """The part a relation of a part in `folder` points at."""
    if target.startswith("/"):
        return target.lstrip("/").lower()
    parts = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts).lower()
