"""What web and worker take while nobody asks anything."""

from __future__ import annotations

import asyncio
import time

from benchmarks.figures import Figure
from benchmarks.firm import found_firm
from benchmarks.ground import Cluster, cpu_of, free_port, memory_of, process

SECONDS = 30


async def run(cluster: Cluster) -> list[Figure]:
    """Memory and CPU of both together; PostgreSQL is not counted."""
    async with cluster.database("idling") as database:
        await found_firm(database, 1_000)
        port = free_port()
        settings = {"TRADEWIND_DATABASE_URL": cluster.server.url("idling"), "TRADEWIND_PORT": str(port), "TRADEWIND_DATA_FOLDER": str(cluster.folder / "data")}
        with (
            process("-m", "tradewind", "serve", environment=settings, ready=f"http://127.0.0.1:{port}/api/health") as web,
            process("-m", "tradewind", "worker", environment=settings) as worker,
        ):
            await asyncio.sleep(10)
            before, started = cpu_of(web) + cpu_of(worker), time.perf_counter()
            await asyncio.sleep(SECONDS)
            used = (cpu_of(web) + cpu_of(worker) - before) / (time.perf_counter() - started)
            memory = (memory_of(web), memory_of(worker))
    detail = f"proportional set size: web {memory[0]:.0f} MB, worker {memory[1]:.0f} MB"
    return [
        Figure("idle web and worker: memory", sum(memory), 250, unit="MB", detail=detail),
        Figure("idle web and worker: CPU", used * 100, 1, unit="%", detail=f"of one core, over {SECONDS} s"),
    ]
