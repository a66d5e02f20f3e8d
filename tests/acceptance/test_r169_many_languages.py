"""R169: Chinese and English are complete, the person chooses, texts and figures follow, and nothing in the pages is tied to writing from the left."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.http.client import Client, enter

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "src" / "tradewind" / "messages"
HAN = re.compile(r"[\u4e00-\u9fff]")
PHYSICAL = re.compile(r"(?:^|[\s;{])(?:margin|padding|border)-(?:left|right)|text-align:\s*(?:left|right)|(?:^|[\s;{])(?:left|right|float):", re.MULTILINE)
LANGUAGE_NAMES = {"中文"}


def _texts(folder: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{path}.{key}", inner)
        else:
            found[path] = str(value)

    for file in sorted((MESSAGES / folder).glob("*.json")):
        walk(file.stem, json.loads(file.read_text(encoding="utf-8")))
    return found


def _singular(key: str) -> str:
    return re.sub(r"_(?:one|other)$", "", key)


def test_every_text_is_there_in_both_languages_and_in_its_own_script() -> None:
    english, chinese = _texts("en"), _texts("zh-CN")
    assert {_singular(key) for key in english} == {_singular(key) for key in chinese}
    assert len(english) > 800
    assert not [key for key, text in [*english.items(), *chinese.items()] if not text.strip()]
    assert not [key for key, text in english.items() if HAN.search(text) and text not in LANGUAGE_NAMES]
    foreign = [key for key, text in chinese.items() if re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]{2,}", text) and not HAN.search(text)]
    assert not foreign


def test_pages_are_ready_to_be_written_from_the_right() -> None:
    for file in [*(ROOT / "web" / "apps").rglob("*.css"), *(ROOT / "web" / "ui").rglob("*.css")]:
        assert not PHYSICAL.findall(file.read_text(encoding="utf-8")), file.name


@pytest.mark.parametrize(("language", "title", "label"), [("en", "Some values were refused", "Company name"), ("zh-CN", "部分内容未通过检查", "公司名称")])
async def test_the_person_chooses_and_answers_follow(client: Client, sign_ins: dict[str, str], language: str, title: str, label: str) -> None:
    await enter(client, sign_ins, "mei")
    assert (await client.patch("/api/session", json={"language": language})).json()["person"]["language"] == language
    code = (await client.post("/api/objects/customer/query", json={"filter": {"op": "filled", "field": "code"}, "limit": 1})).json()["records"][0]["code"]
    refused = await client.post("/api/objects/customer/records", json={"row": {"name": "Twice", "code": code}})
    assert refused.status_code == 422, refused.text
    assert refused.json()["title"] == title
    fields = (await client.get("/api/catalog")).json()["objects"]["customer"]["fields"]
    assert next(field["labels"][language] for field in fields if field["key"] == "name") == label
