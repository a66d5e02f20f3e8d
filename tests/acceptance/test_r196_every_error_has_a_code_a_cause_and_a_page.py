"""R196: every error has a code, a cause, a next step and a link to a page of the built-in help, in the reader's language."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def test_what_goes_wrong_is_explained(client: Client, sign_ins: dict[str, str]) -> None:
    wrongs: list[tuple[str, str, Any, int]] = [
        ("POST", "/api/objects/customer/records", {"row": {}}, 422),
        ("POST", "/api/objects/nothing/query", {}, 404),
        ("POST", "/api/objects/customer/query", {"sort": [{"field": "no_such"}]}, 400),
        ("POST", "/api/objects/customer/query", {"filter": {"op": "like", "field": "name", "value": "x"}}, 400),
        ("GET", "/api/objects/customer/records/01890000-0000-7000-8000-000000000000", None, 404),
        ("GET", "/api/people", None, 403),
        ("PUT", "/api/people", None, 405),
    ]
    for language in ("en", "zh-CN"):
        await enter(client, sign_ins, "tom")
        assert (await client.patch("/api/session", json={"language": language})).status_code == 200
        for method, path, body, status in wrongs:
            answer = await client.request(method, path, json=body)
            assert answer.status_code == status, answer.text
            said = answer.json()
            assert all(said[key] for key in ("code", "title", "detail", "next"))
            page = await client.get(said["type"][said["type"].index("/problems/") :], headers={"Accept-Language": language})
            assert page.status_code == 200 and said["code"] in page.text and f'lang="{language}"' in page.text
