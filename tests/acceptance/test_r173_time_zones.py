"""R173: instants are kept in UTC and mean the same moment everywhere; dates without a time never shift, from UTC-11 to UTC+14."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.http.client import Client, enter


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Europe/Berlin", "Asia/Shanghai", "Pacific/Kiritimati"])
async def test_a_date_stays_and_an_instant_is_one_moment(client: Client, sign_ins: dict[str, str], zone: str) -> None:
    await enter(client, sign_ins, "mei")
    assert (await client.patch("/api/session", json={"zone": zone})).status_code == 200
    customer = (await client.post("/api/objects/customer/records", json={"row": {"name": f"Zone {zone}"}})).json()["ids"][0]
    row = {"subject": "Call", "customer": customer, "date": "2026-10-25T02:30:00+02:00"}
    made = await client.post("/api/objects/follow_up/records", json={"row": row})
    assert made.status_code == 201, made.text
    shown = (await client.get(f"/api/objects/follow_up/records/{made.json()['ids'][0]}")).json()["date"]
    assert datetime.fromisoformat(shown) == datetime.fromisoformat("2026-10-25T00:30:00+00:00") and shown.endswith("Z")
    inquiry = await client.post("/api/objects/inquiry/records", json={"row": {"customer": customer, "product": "Lamp", "expected_close": "2026-12-31"}})
    assert inquiry.status_code == 201, inquiry.text
    assert (await client.get(f"/api/objects/inquiry/records/{inquiry.json()['ids'][0]}")).json()["expected_close"] == "2026-12-31"
