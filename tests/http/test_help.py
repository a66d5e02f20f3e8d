"""Every problem's address leads to a page in the reader's language that says what it means, what to do, and all its rules."""

from __future__ import annotations

import html
import re

import pytest
from tests.architecture.test_messages import codes
from tests.http.client import Client

from tradewind.kernel.messages import LANGUAGES, catalogue


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_problem_has_its_page(client: Client, language: str) -> None:
    client.cookies.clear()
    asked = {"Accept-Language": language}
    index = await client.get("/problems", headers=asked)
    assert index.status_code == 200 and f'lang="{language}"' in index.text
    listed = re.findall(r'href="/problems/([a-z_.]+)"', index.text)
    assert set(codes()) <= set(listed)
    texts = catalogue(language)
    for code in listed:
        page = await client.get(f"/problems/{code}", headers=asked)
        assert page.status_code == 200 and "{{" not in page.text
        words = [text for key, text in texts.items() if key == f"problems.{code}.next" or key.startswith(f"problems.{code}.rules.")]
        assert all(html.escape(text.replace("{{", "‹").replace("}}", "›")) in page.text for text in words), code
    assert (await client.get("/problems/no.such.code", headers=asked)).status_code == 404


async def test_a_problem_points_to_its_page(client: Client) -> None:
    refused = (await client.post("/api/objects/customer/records", json={"row": {}})).json()
    path = refused["type"][refused["type"].index("/problems/") :]
    assert refused["title"] in (await client.get(path)).text
