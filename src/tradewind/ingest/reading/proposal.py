"""From a file to the objects it could become: fields with types, choices, titles, keys, relations between its sheets, and the maps that load it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tradewind.catalog.schema.columns import SYSTEM_COLUMNS
from tradewind.ingest.maps import Find, ImportMap, Target, Value
from tradewind.ingest.reading.concepts import concepts, folded, meanings
from tradewind.ingest.reading.keys import key_of, unique
from tradewind.ingest.reading.links import Link, find_links
from tradewind.ingest.reading.shapes import ColumnFound, Reading, SheetFound
from tradewind.ingest.reading.suggestions import value_for
from tradewind.ingest.reading.understanding import language_of
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition, Texts

_NAMELESS = re.compile(r"(?:sheet|工作表|表|tabelle|hoja|feuil|シート|foglio|planilha)\s*\d*", re.IGNORECASE)
_TITLES = ("company_name", "product_name", "person_name", "subject", "order_no", "invoice_no", "contract_no", "quotation_no", "inquiry_no", "short_name", "sku")
"""What best names a record, the best first."""
_KEYS = ("order_no", "invoice_no", "contract_no", "quotation_no", "inquiry_no", "customer_code", "sku", "barcode", "email")
"""What tells records apart, where no value comes twice."""
_WORDS: Mapping[str, str] = {
    "客户": "customer", "客户资料": "customer", "客户列表": "customer", "客户信息": "customer", "联系人": "contact", "供应商": "supplier", "产品": "product", "商品": "product",
    "产品列表": "product", "订单": "order", "销售订单": "order", "订单明细": "order_line", "询盘": "inquiry", "报价": "quotation", "报价单": "quotation", "发票": "invoice",
    "跟进": "follow_up", "跟进记录": "follow_up", "样品": "sample", "库存": "stock", "员工": "employee", "展会": "fair", "合同": "contract", "线索": "lead", "商机": "opportunity",
    "発注": "order", "受注": "order", "顧客": "customer", "商品一覧": "product", "kunden": "customer", "clientes": "customer", "produkte": "product", "productos": "product",
    "bestellungen": "order", "pedidos": "order",
}  # fmt: skip
_RESERVED = frozenset(key for key, _ in SYSTEM_COLUMNS) | {"owner", "team", "department", "position", "pool"}
"""Keys that every object has already."""
_LABEL = 80


class FieldProposed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a proposed field comes from."""

    field: str
    column: str


class ObjectProposed(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet and the object proposed for it."""

    sheet: str
    definition: ObjectDefinition
    fields: tuple[FieldProposed, ...]
    left_out: tuple[str, ...] = ()
    """Columns that become no field: counters of rows, and columns without a cell."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What a file could become. The definitions pass the check as they are, together with the catalogue."""

    objects: tuple[ObjectProposed, ...]
    maps: tuple[ImportMap, ...]
    """One for each object, in the order in which they load: what is pointed at comes first."""
    links: tuple[Link, ...] = ()
    """The relations with how many of their cells were found."""


def propose(reading: Reading, folder: Path, name: str, catalog: Catalog, *, zone: str = "UTC") -> Proposal:
    """Objects for the sheets of a file that `convert` wrote into `folder`; `name` is the file's. Hidden and empty sheets propose nothing."""
    sheets = [sheet for sheet in reading.sheets if sheet.rows and sheet.columns and not sheet.hidden]
    keys = _object_keys(sheets, name, set(catalog.objects))
    links = find_links(sheets, folder)
    proposed = [_object(sheet, keys[sheet.file], keys, [link for link in links if link.file == sheet.file], name) for sheet in sheets]
    published = msgspec.structs.replace(catalog, objects={**catalog.objects, **{one.definition.key: one.definition for one in proposed}})
    maps = {sheet.file: _map(sheet, one, links, published, zone) for sheet, one in zip(sheets, proposed, strict=True)}
    return Proposal(objects=tuple(proposed), maps=tuple(maps[file] for file in _order(sheets, links)), links=tuple(links))


def _object_keys(sheets: Sequence[SheetFound], name: str, taken: set[str]) -> dict[str, str]:
    used = set(taken)
    keys: dict[str, str] = {}
    for sheet in sheets:
        title = _title_of(sheet, name)
        key = unique(_WORDS.get(folded(title), "") or key_of(title, "table"), used)
        used.add(key)
        keys[sheet.file] = key
    return keys


def _title_of(sheet: SheetFound, name: str) -> str:
    """The sheet's name, or the file's where the sheet has only a number."""
    own = sheet.name.strip()
    stem = name.rpartition(".")[0] or name
    return stem.strip() or "table" if not own or _NAMELESS.fullmatch(own) else own


def _object(sheet: SheetFound, key: str, keys: Mapping[str, str], links: Sequence[Link], name: str) -> ObjectProposed:
    language = _label_language(sheet)
    relations = {link.column: keys[link.target_file] for link in links}
    used = set(_RESERVED)
    fields: list[FieldDefinition] = []
    origins: list[FieldProposed] = []
    left_out: list[str] = []
    for column in sheet.columns:
        if not column.filled or _counts_rows(column, sheet):
            left_out.append(column.name)
            continue
        made = _field(column, sheet, unique(_field_key(column), used), language, relations.get(column.name, ""))
        used.add(made.key)
        fields.append(made)
        origins.append(FieldProposed(field=made.key, column=column.name))
    title = _title(fields, {origin.field: column for origin in origins for column in sheet.columns if column.name == origin.column}, sheet)
    if not title:
        title = unique("number", used)
        fields.insert(0, FieldDefinition(key=title, type="auto_number", labels={"zh-CN": "编号", "en": "Number"}))
    definition = ObjectDefinition(key=key, labels={language: _title_of(sheet, name)[:_LABEL]}, title=title, fields=tuple(fields))
    return ObjectProposed(sheet=sheet.name, definition=definition, fields=tuple(origins), left_out=tuple(left_out))


def _label_language(sheet: SheetFound) -> str:
    found = language_of([column.header for column in sheet.columns])
    return "zh-CN" if found == "zh" else found


def _counts_rows(column: ColumnFound, sheet: SheetFound) -> bool:
    """Whether it only numbers the rows."""
    return (
        bool(meanings(column.header)) and meanings(column.header)[0].concept == "serial" and column.guess.type == "integer" and column.filled == column.distinct
    )


def _field_key(column: ColumnFound) -> str:
    meant = meanings(column.header)
    if meant and meant[0].weight == 1.0 and meant[0].concept not in _RESERVED:
        return meant[0].concept
    return key_of(column.name, "field")


def _field(column: ColumnFound, sheet: SheetFound, key: str, language: str, target: str) -> FieldDefinition:
    labels: Texts = {language: column.name[:_LABEL]}
    if target:
        return FieldDefinition(key=key, type="relation", labels=labels, options={"target": target})
    kind, options = _type(column)
    meant = meanings(column.header)
    concept = meant[0].concept if meant else ""
    alone = column.filled == column.distinct == sheet.rows and not column.distinct_capped
    return FieldDefinition(key=key, type=kind, labels=labels, options=options, unique=alone and concept in _KEYS and kind in ("text", "email"))


def _type(column: ColumnFound) -> tuple[str, dict[str, Any]]:
    """The guessed type; for names of companies and people the type of their own, where there is one."""
    guess = column.guess
    meant = meanings(column.header)
    if guess.type == "text" and meant and meant[0].weight == 1.0:
        best = concepts()[meant[0].concept].types[0]
        if best in ("company_name", "person_name") and best in field_types():
            return best, {}
    if guess.type == "user" or guess.type not in field_types():
        return "text", {}
    if guess.type == "money" and not guess.options.get("default_currency") and not _stated(column):
        digits = int(guess.options.get("digits", 0))
        return "number", {"digits": 2 + digits} if digits else {}
    return guess.type, dict(guess.options)


def _stated(column: ColumnFound) -> bool:
    """Whether the amounts themselves say their currencies."""
    return any(any(not char.isdigit() and char not in "-+.,() '" for char in example) for example in column.examples)


def _title(fields: Sequence[FieldDefinition], columns: Mapping[str, ColumnFound], sheet: SheetFound) -> str:
    """The field that names a record: by what it means, else the first text that hardly repeats; empty where there is none."""
    able = [field for field in fields if field.type in field_types() and field_types()[field.type].titles and field.type != "long_text"]
    by_concept = {meanings(columns[field.key].header)[0].concept: field.key for field in reversed(able) if meanings(columns[field.key].header)}
    for concept in _TITLES:
        key = by_concept.get(concept)
        if key and columns[key].filled * 10 >= sheet.rows * 9:
            return key
    texts = [field.key for field in able if field.type == "text"]
    apart = [key for key in texts if columns[key].distinct * 2 >= columns[key].filled and columns[key].filled * 10 >= sheet.rows * 9]
    return next(iter([*apart, *texts, *(field.key for field in able)]), "")


def _map(sheet: SheetFound, one: ObjectProposed, links: Sequence[Link], published: Catalog, zone: str) -> ImportMap:
    columns = {column.name: column for column in sheet.columns}
    definition = one.definition
    fields: dict[str, Value] = {}
    for origin in one.fields:
        field = definition.field(origin.field)
        if field is None:
            continue
        link = next((link for link in links if link.file == sheet.file and link.column == origin.column), None)
        if link is None:
            fields[field.key] = value_for(columns[origin.column], field, published, zone)
        else:
            target = published.objects[str(field.options["target"])]
            fields[field.key] = Value(column=origin.column, find=Find(by=_field_of(link, target)))
    unique_fields = tuple(field.key for field in definition.fields if field.unique)[:1]
    return ImportMap(key=definition.key, sheet=sheet.name, targets=(Target(object=definition.key, fields=fields, match=unique_fields),))


def _field_of(link: Link, target: ObjectDefinition) -> str:
    """The field the link's target column became: the one with its label."""
    return next(field.key for field in target.fields if link.target_column[:_LABEL] in field.labels.values())


def _order(sheets: Sequence[SheetFound], links: Sequence[Link]) -> list[str]:
    """Files of the sheets, those that are pointed at first; circles are cut where they are met."""
    done: list[str] = []

    def visit(file: str, path: tuple[str, ...]) -> None:
        if file in done or file in path:
            return
        for link in links:
            if link.file == file:
                visit(link.target_file, (*path, file))
        done.append(file)

    for sheet in sheets:
        visit(sheet.file, ())
    return done
