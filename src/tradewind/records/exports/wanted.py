"""What somebody wants in a file, as data."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from tradewind.kernel.problems import InvalidRequest
from tradewind.metadata.questions import Filter, Question, Sort

MOST_COLUMNS = 500
MOST_CHOSEN = 10_000
"""Records that may be named one by one."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The body of an export: a list's question and the form of the file.

    `fields` are columns as lists take them, paths along relations (customer.country) included; `lines` name fields that hold lines, each a
    table of its own. Cells read back by an import unless `calculating` asks for amounts apart from their currency and times as a
    spreadsheet keeps them, in the asker's zone. `with_ids` adds a column of ids beside each name of a person or record; `about` lays a
    page about the export beside a csv file, in a zip.
    """

    format: Literal["xlsx", "csv"] = "xlsx"
    fields: tuple[str, ...]
    lines: tuple[str, ...] = ()
    filter: Filter | None = None
    sort: tuple[Sort, ...] = ()
    search: str = ""
    ids: tuple[str, ...] | None = None
    with_ids: bool = False
    calculating: bool = False
    about: bool = False
    language: Literal["", "zh-CN", "en"] = ""

    def question(self, object_key: str) -> Question:
        """The question whose records go into the file. Raises InvalidRequest for more than a file can hold."""
        if not 1 <= len(self.fields) <= MOST_COLUMNS:
            raise InvalidRequest(pointer="/fields", rule="export_columns", maximum=MOST_COLUMNS)
        if self.ids is not None and len(self.ids) > MOST_CHOSEN:
            raise InvalidRequest(pointer="/ids", rule="export_chosen", maximum=MOST_CHOSEN)
        fields = tuple(dict.fromkeys(self.fields))
        return Question(object=object_key, fields=fields, filter=self.filter, sort=self.sort, search=self.search, ids=self.ids)


class MadeSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a finished file: which records it holds (under `key` in the file store) and what was asked of each."""

    object: str
    paths: tuple[str, ...]
    entries: int
    key: str


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the asker was when he asked, where that narrows his rights: an API key's objects, reading only."""

    person: UUID
    kind: str = "person"
    name: str = ""
    objects: tuple[str, ...] | None = None
    read_only: bool = False
    request: str = ""
    address: str = ""
