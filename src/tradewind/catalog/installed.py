"""Which packs are installed, written down in the transaction that publishes them; and where published definitions come from."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.catalog.files import PackFile
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.query.database.pool import Connection

_COLUMNS = raw("SELECT key, version, labels, requires FROM system.packs")


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where definitions that are published come from, when not out of an editor."""

    pack: str = ""
    """New ones belong to it; those that are there stay whose they are."""
    installs: PackFile | None = None
    """Written down as installed."""
    before: PackFile | None = None
    """What was installed of it until then."""
    forgets: str = ""
    """Key of a pack that is installed no more."""
    keeps_drafts: bool = False
    """Whether what the author was drafting stays, to be joined with what is published."""

    def reversed(self) -> Origin:
        """What taking the publish back writes down."""
        made = self.installs
        return Origin(installs=self.before, before=made, forgets=made.key if made and not self.before else "", keeps_drafts=self.keeps_drafts)


async def installed(connection: Connection) -> dict[str, PackFile]:
    """Installed packs by key."""
    return {str(row[0]): _head(row) for row in await connection.rows(_COLUMNS)}


async def with_before(connection: Connection, origin: Origin) -> Origin:
    """The origin, told what was installed of its pack until now."""
    if origin.installs is None:
        return origin
    row = await connection.row(_COLUMNS + raw(" WHERE key = ") + param(origin.installs.key))
    return msgspec.structs.replace(origin, before=None if row is None else _head(row))


async def record(connection: Connection, origin: Origin, clock: Clock) -> None:
    """Writes down what the origin installs, or that it is gone."""
    if origin.forgets:
        await connection.execute(raw("DELETE FROM system.packs WHERE key = ") + param(origin.forgets))
    if (head := origin.installs) is not None:
        labels = param(canonical(head.labels).decode()) + raw("::jsonb")
        values = [param(head.key), param(head.version), param(clock.now()), labels, cast_param(list(head.requires), "text[]")]
        await connection.execute(
            raw("INSERT INTO system.packs (key, version, installed_at, labels, requires) VALUES (")
            + join(", ", values)
            + raw(") ON CONFLICT (key) DO UPDATE SET version = excluded.version, installed_at = excluded.installed_at,")
            + raw(" labels = excluded.labels, requires = excluded.requires")
        )


def _head(row: Any) -> PackFile:
    return PackFile(key=row[0], version=row[1], labels=row[2], requires=tuple(row[3]))
