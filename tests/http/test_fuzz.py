"""Whatever is sent, in the described shape or out of it, the answer is never an error of the server."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis import Case
from tests.http.client import Client, enter
from tests.soak import noted

SOAK = bool(os.environ.get("TRADEWIND_SOAK"))
ROUNDS = 150 if SOAK else 5
_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]
APART = {("get", "/api/live"), ("post", "/api/session"), ("delete", "/api/session"), ("get", "/{path}"), ("post", "/api/session/password")}
"""An endless stream, and what would end or throttle the walker's own session."""
NASTY: tuple[Any, ...] = (
    "\x00", "\ud800", "𝕏" * 5000, "1e999", -(10**400), 10**400, 1e308, float("inf"), float("nan"), [], {}, [[[[[[]]]]]], None, True, "0001-01-01", "9999-12-31T23:59:60Z",
    "' OR 1=1 --", "%s%d{}", "../../etc", "{{x}}", "ﷺ", "\u202e", {"me": True}, {"$ref": "#"}, "NaN", "-0", " ", "a.b.c.d.e.f",
)  # fmt: skip


def _cases(document: dict[str, Any], rounds: int) -> list[Case]:
    """Some generated requests for every operation; the same in every run."""
    found: list[Case] = []
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation: Any = result.ok()  # pyright: ignore[reportAttributeAccessIssue]
        if (operation.method, operation.path) in APART or not operation.path.startswith(("/api/", "/problems")):
            continue

        @given(case=operation.as_strategy())
        @hypothesis_settings(max_examples=rounds, derandomize=True, database=None, deadline=None, suppress_health_check=_QUIET)
        def collect(case: Case) -> None:
            found.append(case)

        collect()
    return found


def _spoilt(value: Any, chance: random.Random) -> Any:
    """The body with one of its values replaced by something nasty."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(sorted(value))
        return {**value, key: _spoilt(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], _spoilt(value[place], chance), *value[place + 1 :]]
    return chance.choice(NASTY)


async def _send(client: Client, case: Case, real: dict[str, list[str]], chance: random.Random) -> tuple[httpx.Response, str]:
    """Sends a case, half of them with real ids and keys in the address, a third with a spoilt body."""
    if case.path_parameters and chance.random() < 0.5:
        case.path_parameters = {key: chance.choice(real[key]) if key in real else value for key, value in case.path_parameters.items()}
    case.headers.clear()
    case.cookies.clear()
    made = case.as_transport_kwargs(base_url="http://testserver.local")
    body = made.get("json")
    if body is not None and chance.random() < 0.33:
        body = _spoilt(body, chance)
    sent: dict[str, Any] = {"params": made.get("params") or None}
    if body is not None:
        text = json.dumps(body)
        sent |= {"content": text.encode("utf-8", "surrogatepass"), "headers": {"Content-Type": "application/json"}}
    elif made.get("data") is not None and isinstance(made["data"], bytes | str):
        sent |= {"content": made["data"], "headers": {"Content-Type": case.media_type or "application/json"}}
    try:
        answer = await client.request(str(made["method"]), str(made["url"]), **sent)
    except (httpx.InvalidURL, UnicodeEncodeError):
        return httpx.Response(204), ""
    return answer, f"{made['method']} {made['url']} {sent}"


def _broken(answer: httpx.Response) -> str:
    """Why an answer is not one of ours; empty when it is."""
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"status {answer.status_code}: {answer.text[:500]}"
    if answer.status_code >= 400:
        if answer.headers.get("content-type") != "application/problem+json":
            return f"no problem: {answer.status_code} {answer.headers.get('content-type')} {answer.text[:200]}"
        body = answer.json()
        if not body["code"] or body["status"] != answer.status_code or not body["title"] or not body["next"]:
            return f"half a problem: {body}"
    return ""


@pytest.mark.parametrize("who", ["admin", "tom"])
@pytest.mark.parametrize("described", ["/api/openapi.json", "/api/openapi-objects.json"])
async def test_no_request_breaks_the_server(client: Client, sign_ins: dict[str, str], who: str, described: str) -> None:
    people = {one["name"]: str(one["id"]) for one in (await client.get("/api/people")).json()}
    tom = next(identity for name, identity in people.items() if name.startswith("Tom"))
    row = {"name": "Fuzz GmbH", "country": "DE", "owner": tom}
    customers = (await client.post("/api/objects/customer/records", json={"row": row})).json()["ids"]
    real = {
        "record": [*customers, tom], "key": ["customer", "contact", "order", "sales"], "kind": ["object", "role", "view", "layout"], "other": ["contact", "inquiry"], "relation": ["customer"],
        "identity": [tom], "field": ["name", "customer"], "version": ["1"], "code": ["record.stale"], "person": [tom],
    }  # fmt: skip
    if who != "admin":
        await enter(client, sign_ins, who)
    document = (await client.get(described)).json()
    chance, wrong, asked, refused = random.Random(7), list[str](), 0, 0
    for case in _cases(document, ROUNDS):
        answer, said = await _send(client, case, real, chance)
        asked, refused = asked + 1, refused + (answer.status_code >= 400)
        if answer.status_code == 401:
            await enter(client, sign_ins, who)
        if found := _broken(answer):
            wrong.append(f"{found}\n    {said[:600]}")
    assert not wrong, f"{len(wrong)} of {asked}:\n" + "\n".join(wrong[:10])
    assert asked > 40 and refused < asked
    if SOAK:
        noted(f"schemathesis, {described}, {who}", f"{ROUNDS} rounds for each operation: {asked} requests, {refused} refused with a problem, none with a 500")
