"""`tradewind check`: is the sealed log as it was written?"""

from __future__ import annotations

from tradewind.query.database.pool import open_pool
from tradewind.records import seal


async def verify_log(url: str) -> int:
    """Prints what was found; 1 when a row or a seal is not what was sealed."""
    database = await open_pool(url, size=1, statement_timeout="0")
    try:
        broken = await seal.verify(database)
    finally:
        await database.close()
    print("the log is whole" if broken is None else f"the log is broken: {broken}")
    return 0 if broken is None else 1
