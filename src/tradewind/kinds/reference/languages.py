"""Languages by BCP 47 tag: the one way to write a tag, names by language, and what people write for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from babel.core import get_global

from tradewind.kinds.reference import countries
from tradewind.kinds.reference.sources import names_in

OFFERED = [
    "af",
    "am",
    "ar",
    "az",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "de-AT",
    "de-CH",
    "el",
    "en",
    "en-AU",
    "en-CA",
    "en-GB",
    "en-IN",
    "en-US",
    "es",
    "es-419",
    "es-AR",
    "es-ES",
    "es-MX",
    "et",
    "eu",
    "fa",
    "fi",
    "fil",
    "fr",
    "fr-BE",
    "fr-CA",
    "fr-CH",
    "ga",
    "gl",
    "gu",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "km",
    "kn",
    "ko",
    "ky",
    "lo",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "ms",
    "my",
    "nb",
    "ne",
    "nl",
    "nl-BE",
    "nn",
    "no",
    "pa",
    "pl",
    "ps",
    "pt",
    "pt-BR",
    "pt-PT",
    "ro",
    "ru",
    "sd",
    "si",
    "sk",
    "sl",
    "so",
    "sq",
    "sr",
    "sr-Latn",
    "sv",
    "sw",
    "ta",
    "te",
    "tg",
    "th",
    "ti",
    "tk",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "yue",
    "zh",
    "zh-Hans",
    "zh-Hant",
    "zh-HK",
    "zh-TW",
    "zu",
]
"""Tags that forms offer; any other well-formed one can be written too."""
_FORM = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?((?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*)", re.ASCII)
_ALSO: Mapping[str, str] = {
    "中文": "zh", "汉语": "zh", "普通话": "zh", "mandarin": "zh", "简体": "zh-Hans", "简体中文": "zh-Hans", "simplified chinese": "zh-Hans", "繁体": "zh-Hant", "繁體": "zh-Hant", "繁体中文": "zh-Hant",
    "繁體中文": "zh-Hant", "traditional chinese": "zh-Hant", "cantonese": "yue", "粤语": "yue", "广东话": "yue", "deutsch": "de", "français": "fr", "español": "es", "castellano": "es", "português": "pt",
    "brazilian portuguese": "pt-BR", "italiano": "it", "nederlands": "nl", "polski": "pl", "русский": "ru", "日本語": "ja", "日文": "ja", "한국어": "ko", "韩文": "ko", "英文": "en", "德文": "de", "法文": "fr",
    "俄文": "ru", "西班牙文": "es", "葡萄牙文": "pt", "阿拉伯文": "ar", "العربية": "ar", "türkçe": "tr", "tiếng việt": "vi", "ไทย": "th", "bahasa indonesia": "id", "farsi": "fa", "norwegian": "no",
}  # fmt: skip


def canonical(tag: str) -> str | None:
    """The tag as BCP 47 writes it (zh-Hans-CN), deprecated languages by their successor (iw is he); None for one that is not well formed or names nothing known."""
    match = _FORM.fullmatch(tag.strip().replace("_", "-").lower())
    if match is None:
        return None
    language, script, region, variants = match[1], match[2], match[3], match[4]
    language = _aliases().get(language, language)
    english = names_in("en", "languages")
    if language not in english:
        return None
    if script and script.title() not in names_in("en", "scripts"):
        return None
    if region and not (region.upper() in countries.codes() or (region.isdigit() and region in names_in("en", "territories"))):
        return None
    parts = (language, script.title() if script else "", region.upper() if region else "", variants.strip("-"))
    return "-".join(part for part in parts if part)


@cache
def _aliases() -> Mapping[str, str]:
    """Successors of deprecated languages where the successor is one language and nothing else."""
    return MappingProxyType({str(old): str(new) for old, new in dict(get_global("language_aliases")).items() if re.fullmatch("[a-z]{2,3}", str(new))})


@cache
def name(tag: str, locale: str) -> str:
    """The language's name in a language: "Chinese (Simplified)"; what CLDR has no name for is put together from its parts."""
    named = names_in(locale, "languages")
    return named.get(tag.replace("-", "_")) or _composed(tag, locale)


def _composed(tag: str, locale: str) -> str:
    named = names_in(locale, "languages")
    language, *rest = tag.split("-")
    base = named.get(language) or names_in("en", "languages").get(language) or language
    inner = [names_in(locale, "scripts").get(part) if len(part) == 4 and part.isalpha() else names_in(locale, "territories").get(part) for part in rest]
    shown = [found or part for found, part in zip(inner, rest, strict=True)]
    if not shown:
        return base
    return f"{base}（{'，'.join(shown)}）" if locale.startswith("zh") else f"{base} ({', '.join(shown)})"


def find(text: str) -> str | None:
    """The tag meant by a tag or by a name in English or Chinese or the language's own; None when none is meant."""
    word = " ".join(text.casefold().split())
    return _words().get(word) or canonical(text)


@cache
def _words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for locale in ("en", "zh-CN"):
        for code in names_in(locale, "languages"):
            tag = canonical(code)
            if tag:
                found.setdefault(name(tag, locale).casefold(), tag)
        for tag in OFFERED:
            found.setdefault(name(tag, locale).casefold(), tag)
            found.setdefault(_composed(tag, locale).casefold(), tag)
    found.update(_ALSO)
    return MappingProxyType(found)
