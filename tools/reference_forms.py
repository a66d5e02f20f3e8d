"""Legal forms of companies: what of ISO 20275 (ELF codes) is safe to strip from a name, and what people write that the standard lacks."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from reference_forms_hand import BY_HAND, FRONT

from tradewind.kinds.reference.legal_forms import tokens

_COMPANY = re.compile(
    r"compan|limited|liabilit|partnership|corporation|incorporated|unlimited|sociedad|société|societe|società|societa|sociedade|societate|societat|soci.t.t|compañ"
    r"|compagn|companhia|gesellschaft|vennootschap|maatschap|spółk|společnost|spol\.|spoločnos|društv|druzstv|družb|družstv|aktsia|osaühing|ühing|aktiebolag|handelsbolag|kommanditbolag"
    r"|selskab|selskap|osakeyhti|yhtiö|бществ|товариств|товариществ|таварыств|дружеств|дружств|акционер|şirket|sirket|perseroan|công ty|berhad|公司|会社|會社|회사"
    r"|شركة|εταιρ|бендров|bendrov|sabiedrīb|sabiedrib|társaság|tarsasag|hlutafélag|félag|cemiyyet|cəmiyyət|mas.uliyyətli|shoqëri|ansvarsselskap|kommandit|firma",
    re.IGNORECASE,
)
"""A form is taken by its full name when the name says that it is a company's."""
_ORDINARY = re.compile(
    r"associat|society|church|fund|trust|bank|branch|foundation|union|condominium|insurance|pension|municip|government|school|relig|parish|paroisse|fiducie|fiduciair"
    r"|prêt|crédit|credit|housing|mutual|railway|royal|stiftung|verein|collective|national|foreign|étranger|extranjer|zahrani|inozem|estado|state|public law|droit public"
    r"|owner|holder|agricultur|sofom|siefore|afore|communaut|caisse|the ukrainian|sovereign|cell|religi|kirch|agr|invest|notary|lawyer|advocat|advokat|nobility|estate",
    re.IGNORECASE,
)
"""Words that belong to a name or to bodies that are no companies."""
_SHORT = frozenset(
    [
        "sa",
        "ag",
        "ab",
        "as",
        "oy",
        "bv",
        "nv",
        "kg",
        "og",
        "se",
        "lp",
        "pc",
        "co",
        "ad",
        "ee",
        "oe",
        "kd",
        "dd",
        "cv",
        "sl",
        "sc",
        "bt",
        "rt",
        "kb",
        "ky",
        "hb",
        "lc",
        "ou",
        "ik",
        "eg",
        "ev",
        "ek",
        "ks",
        "da",
        "ob",
        "ug",
        "ei",
        "llc",
        "llp",
        "plc",
        "pty",
        "ltd",
        "inc",
        "srl",
        "spa",
        "sas",
        "snc",
        "sca",
        "scs",
        "sci",
        "sac",
        "saa",
        "sal",
        "sae",
        "sam",
        "bhd",
        "pte",
        "oyj",
        "abp",
        "asa",
        "aps",
        "kft",
        "zrt",
        "ohg",
        "gbr",
        "kga",
        "doo",
        "dno",
        "jtd",
        "sia",
        "uab",
        "ooo",
        "oao",
        "zao",
        "pao",
        "too",
        "tov",
        "ans",
        "kda",
        "ead",
        "ood",
        "eood",
        "dzzd",
        "spj",
        "spk",
        "ska",
        "psa",
        "sro",
        "vos",
        "zat",
        "vat",
        "rao",
        "srls",
        "sarl",
        "eurl",
        "sasu",
        "ulc",
        "pvt",
        "tbk",
        "hf",
        "ehf",
        "slf",
        "bvba",
        "sprl",
        "vof",
        "vzw",
        "gie",
        "lda",
        "sgps",
        "cic",
        "cio",
        "scrl",
        "cvba",
        "ike",
        "epe",
        "ae",
        "kkt",
        "nyrt",
        "jsc",
        "ojsc",
        "cjsc",
        "pjsc",
        "tic",
        "aş",
        "as",
        "ltda",
        "cia",
        "ltee",
        "sencrl",
        "mb",
        "tub",
        "fie",
        "iks",
        "smba",
        "amba",
        "ivs",
        "is",
        "ps",
        "epz",
        "fzco",
        "fze",
        "fzc",
        "dmcc",
        "wll",
        "bsc",
        "qsc",
        "saog",
        "saoc",
        "mmc",
        "asc",
        "qmj",
        "ооо",
        "оао",
        "зао",
        "пао",
        "ао",
        "тов",
        "тоо",
        "ип",
        "ат",
        "пат",
        "прат",
        "пп",
        "фоп",
        "ад",
        "ад",
        "оод",
        "еоод",
        "ет",
        "доо",
        "дд",
        "мчж",
        "ак",
        "жшс",
        "ашқ",
        "жак",
        "чп",
        "ту",
        "аат",
        "таа",
        "зат",
        "уп",
        "одо",
        "тдаваа",
    ]
)
"""Short forms that hardly ever end a name as words of their own; ISO 20275 has shorter and odder ones (A, S, Si, Per), which are left alone."""


def _elf(path: Path) -> dict[tuple[str, ...], set[str]]:
    """Forms in force by their words, with the countries they belong to."""
    found: dict[tuple[str, ...], set[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            country = row["Country Code (ISO 3166-1)"]
            if row["ELF Status ACTV/INAC"] != "ACTV" or not country:
                continue
            short = [part for key in ("Abbreviations Local language", "Abbreviations transliterated") for part in row[key].split(";")]
            full = [row["Entity Legal Form name Local name"], row["Entity Legal Form name Transliterated name (per ISO 01-140-10)"]]
            for form in short:
                words = tokens(form)
                letters = sum(map(len, words))
                if (
                    words
                    and not _ORDINARY.search(form)
                    and len(words) <= 5
                    and ((len(words) == 1 and (letters >= 4 or words[0] in _SHORT)) or (len(words) > 1 and letters >= 5))
                ):
                    found.setdefault(words, set()).add(country)
            for form in full:
                words = tokens(form)
                if 2 <= len(words) <= 6 and _COMPANY.search(form) and not _ORDINARY.search(form) and "(" not in form:
                    found.setdefault(words, set()).add(country)
    return found


_WORDS = frozenset(
    [
        "coop",
        "cooperative",
        "kooperatif",
        "cooperativa",
        "coopérative",
        "cooperativo",
        "company",
        "companies",
        "société",
        "sociedad",
        "entity",
        "persero",
        "perum",
        "edo",
        "mpo",
        "jednota",
        "obrt",
        "consorzio",
        "gruppo",
        "cooperation",
        "coopératif",
        "coopération",
        "podnik",
        "public",
        "incorporation",
        "chartered",
        "bezirk",
        "bund",
        "canton",
        "cantone",
        "commune",
        "comune",
        "kanton",
        "gemeinde",
        "district",
        "distretto",
        "confédération",
        "confederazione",
        "kommune",
        "stadt",
        "region",
        "land",
        "oth",
    ]
)
"""Abbreviations of the standard that are words of names as often."""


def legal_forms(path: Path) -> list[tuple[str, str, str, str]]:
    """Lines of (form as words, side, countries, source), sorted. Sides: end, both, affix (written without a space before or after it)."""
    made: dict[tuple[str, ...], tuple[str, set[str], str]] = {}
    for words, countries in _elf(path).items():
        if words[0] in _WORDS and len(words) == 1:
            continue
        side = "both" if len(words) >= 2 and sum(map(len, words)) >= 12 else "end"
        made[words] = (side, countries, "ISO 20275")
    for countries, side, form in BY_HAND:
        words = (form.replace(" ", ""),) if side == "affix" else tokens(form)
        there = made.get(words)
        both = there is not None and "both" in (there[0], side)
        made[words] = (
            "both" if both and side != "affix" else side,
            (there[1] if there else set()) | set(countries.split()),
            "common use" if there is None else there[2],
        )
    for form in map(tokens, FRONT):
        side, countries, source = made.get(form, ("start", set(), "common use"))
        made[form] = ("both" if side in ("end", "both") else side, countries, source)
    return [(" ".join(words), side, " ".join(sorted(countries)), source) for words, (side, countries, source) in sorted(made.items())]
