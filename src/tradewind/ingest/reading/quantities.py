"""Whether a column holds numbers: whole ones, shares, amounts of money, measures."""

from __future__ import annotations

from collections import Counter

from tradewind.ingest.reading.evidence import Evidence
from tradewind.ingest.reading.numbers import UNITS, NumberText, currency_of, decimal_mark, decimals, read_number, valid
from tradewind.ingest.reading.verdicts import Verdict

_CODES = frozenset([
    "customer_code", "order_no", "invoice_no", "contract_no", "quotation_no", "inquiry_no", "sku", "barcode", "postcode", "bank_account", "tax_id",
    "phone", "mobile", "fax", "whatsapp", "qq", "hs_code", "tracking_no", "model",
])  # fmt: skip
"""What looks like a number and is a name: nobody adds these up, and zeros before them count."""
_MOST_DIGITS = 15
"""Longer numbers are codes: no spreadsheet keeps all their digits."""
_MOST_DECIMALS = 12
_USUAL_DECIMALS = 2
_COMMA = ("de", "es")
"""Languages of headers whose countries write the comma before decimals."""


def quantity(evidence: Evidence) -> Verdict | None:
    """Integer, number, percent or money, with decimal mark, currency and unit; None where it is none of them."""
    if evidence.concept in _CODES or not evidence.share(lambda text: read_number(text) is not None):
        return None
    read = [(found, cell.count) for cell in evidence.cells if (found := read_number(cell.text)) is not None]
    if _coded(read):
        return None
    mark = decimal_mark(((found.body, count) for found, count in read), "," if evidence.language in _COMMA else ".")

    def fits(text: str) -> bool:
        found = read_number(text)
        return found is not None and valid(found.body, mark)

    good = [(found, count) for found, count in read if valid(found.body, mark)]
    total = sum(count for _, count in good)
    if not total:
        return None
    digits = max(decimals(found.body, mark) for found, _ in good)
    negative = any(found.negative for found, _ in good)
    shown = mark if any("," in found.body or "." in found.body for found, _ in good) else ""
    if sum(count for found, count in good if found.percent) * 2 > total:
        over = any(_above_100(found, mark) for found, _ in good)
        options = _without({"digits": min(max(digits, _USUAL_DECIMALS), 6), "over_100": over, "negative": negative}, digits=2, over_100=False, negative=False)
        return Verdict("percent", fits, options, decimal=shown)
    if (currency := _currency(evidence, good, total)) is not None:
        return _money(evidence, fits, currency, digits, shown)
    unit = _unit(evidence, good, total)
    if not digits:
        return Verdict("integer", fits, {"unit": unit} if unit else {}, decimal=shown, unit=unit)
    options = _without({"digits": min(max(digits, _USUAL_DECIMALS), _MOST_DECIMALS), "unit": unit}, digits=2, unit="")
    return Verdict("number", fits, options, decimal=shown, unit=unit)


def _coded(read: list[tuple[NumberText, int]]) -> bool:
    """Whether zeros stand before or there are more digits than numbers have: then they are codes."""
    zeros = sum(count for found, count in read if len(found.body) > 1 and found.body[0] == "0" and found.body.isdecimal())
    longest = max((len(found.body) for found, _ in read if found.body.isdecimal()), default=0)
    return zeros * 100 > sum(count for _, count in read) or longest > _MOST_DIGITS


def _above_100(found: NumberText, mark: str) -> bool:
    digits = "".join(char if char.isdigit() else "." if char == mark else "" for char in found.body)
    return float(digits) > 100


def _currency(evidence: Evidence, good: list[tuple[NumberText, int]], total: int) -> str | None:
    """The currency where the amounts have one; empty where they have several or the header alone says that it is money; None for plain numbers."""
    said = Counter[str]()
    for found, count in good:
        if found.currency:
            said[found.currency] += count
    hint = next((code for hint in evidence.hints if (code := currency_of(hint))), "") or evidence.currency
    if said and sum(said.values()) * 2 >= total:
        return next(iter(said)) if len(said) == 1 else ""
    if hint:
        return hint
    if "money" in evidence.types[:1]:
        return next(iter(said)) if len(said) == 1 else ""
    return None


def _money(evidence: Evidence, fits: object, currency: str, digits: int, mark: str) -> Verdict:
    if currency == "CNY" and evidence.language == "ja":
        currency = "JPY"
    options: dict[str, object] = {"default_currency": currency} if currency else {}
    if digits > _USUAL_DECIMALS:
        options["digits"] = min(digits - _USUAL_DECIMALS, 6)
    return Verdict("money", fits, options, decimal=mark, currency=currency)  # pyright: ignore[reportArgumentType]


def _unit(evidence: Evidence, good: list[tuple[NumberText, int]], total: int) -> str:
    said = Counter[str]()
    for found, count in good:
        if found.unit:
            said[found.unit] += count
    if said and said.most_common(1)[0][1] * 2 >= total:
        return said.most_common(1)[0][0]
    return next((hint for hint in evidence.hints if hint.casefold() in UNITS), "")


def _without(options: dict[str, object], **defaults: object) -> dict[str, object]:
    """The settings that are not as they are anyway."""
    return {key: value for key, value in options.items() if value != defaults[key]}
