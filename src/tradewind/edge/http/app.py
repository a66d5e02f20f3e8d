"""The web application: routes, guard, problems, headers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import pkgutil
from collections.abc import AsyncGenerator
from functools import partial

from litestar import Litestar, Request, Router
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp

from tradewind import __version__
from tradewind.catalog.snapshot import CatalogHolder, follow, load
from tradewind.edge.http import guard, problems, routes, static
from tradewind.edge.http.headers import Headers
from tradewind.edge.http.running import Running
from tradewind.files.store import FileStore
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.kernel.log import configure
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool
from tradewind.records.live import Notes

_ENVELOPE = 10_000
"""Bytes an upload may have around the file itself."""


def create() -> ASGIApp:
    """The application with the settings of the environment: what web processes run."""
    settings = Settings.from_environment(os.environ)
    configure(settings.log_format)
    app = build_app(settings)
    # What was made until now stays: collections need not look at it again, and come less often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return app


def all_routes() -> list[object]:
    """Every route of every module of the folder, and the studio's files last."""
    found: list[object] = []
    for module in sorted(pkgutil.iter_modules(routes.__path__), key=lambda module: module.name):
        found += importlib.import_module(f"{routes.__name__}.{module.name}").ROUTES
    return [*found, static.studio]


def build_app(settings: Settings, *, clock: Clock | None = None) -> Litestar:
    """The application; it opens its pool when it starts and closes it when it stops."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        database = await open_pool(settings.database_url, size=settings.pool_size)
        holder = CatalogHolder(await load(database))
        notes = Notes(database)
        app.state["running"] = Running(settings, database, holder, FileStore(settings.data_folder / "files"), clock or SystemClock(), notes)
        beside = [asyncio.create_task(follow(database, holder)), asyncio.create_task(notes.hear())]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await database.close()

    def outermost(config: AppConfig) -> AppConfig:
        strict = settings.secure_cookies and settings.tls != "self"
        config.middleware = [partial(Headers, strict=strict), guard.Admission, *config.middleware]
        return config

    routes = all_routes()
    limits = {"multipart/form-data": settings.max_file_bytes + _ENVELOPE, "application/octet-stream": settings.max_import_bytes}
    larger: list[object] = []
    for media_type, limit in limits.items():
        taking = [route for route in routes if getattr(route, "opt", {}).get("body") == media_type]
        larger.append(Router("/", route_handlers=taking, request_max_body_size=limit))  # pyright: ignore[reportArgumentType]
    usual = [route for route in routes if getattr(route, "opt", {}).get("body") not in limits]
    return Litestar(
        route_handlers=[*larger, *usual],  # pyright: ignore[reportArgumentType]
        exception_handlers={Exception: problems.handle},
        lifespan=[lifespan],
        on_app_init=[outermost],
        request_max_body_size=settings.max_body_bytes,
        openapi_config=OpenAPIConfig(title="Tradewind", version=__version__, path="/api", render_plugins=[]),
        state=State(),
        request_class=Request,
        debug=False,
    )
