"""Files of records: taken in before a record has them, given out to who sees the field at that moment."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tradewind.files import pictures
from tradewind.files.store import FileStore
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import InvalidValue, NotFound, UnknownObject
from tradewind.kernel.sql import join, name, param, parens, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database
from tradewind.records import views

_LONGEST_NAME = 200
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
"""Media types a browser may show in place; everything else is only saved."""


class StagedFile(msgspec.Struct, frozen=True):
    """A file as records name it."""

    id: UUID
    name: str
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None
    """In pixels; null for what is no picture."""


def media_type_of(body: bytes) -> str:
    """The type the first bytes prove; what they do not prove is application/octet-stream, whatever the sender says."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if body.startswith(start)), "application/octet-stream")


async def stage(database: Database, store: FileStore, actor: Actor, file_name: str, body: bytes, limit: int, clock: Clock) -> StagedFile:
    """Keeps an upload until a record of the same person takes it, a day at most. Raises TooLarge, InvalidValue for an empty file or name."""
    shown = file_name.replace("\\", "/").rpartition("/")[2].replace("\x00", "").strip()[:_LONGEST_NAME]
    if not shown or not body:
        raise InvalidValue(pointer="/data", rule="empty_file")
    stored = store.put(body, limit=limit)
    media_type = media_type_of(body)
    made = StagedFile(new_id(), shown, stored.size, media_type, *(pictures.size_of(body, media_type) or (None, None)))
    values = [made.id, stored.key, made.name, made.media_type, made.size, stored.digest, actor.person, clock.now(), made.width, made.height]
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.files (id, storage_key, name, media_type, size, digest, uploaded_by, uploaded_at, width, height) VALUES (")
            + join(", ", [param(value) for value in values])
            + raw(")")
        )
    return made


async def read(
    database: Database, store: FileStore, catalog: Catalog, actor: Actor, object_key: str, record: UUID, field: str, file: UUID, clock: Clock
) -> tuple[StagedFile, bytes]:
    """The file and its bytes. Raises NotFound unless the actor sees the record and the field clear on it now."""
    definition = catalog.objects.get(object_key)
    holder = None if definition is None else definition.field(field)
    if definition is None or holder is None:
        raise NotFound(object=object_key)
    try:
        sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
        clear = passes.field_state_sql(catalog, actor, object_key, field, ("read", "write"), clock.now())
    except UnknownObject as failure:
        raise NotFound(object=object_key) from failure
    async with database.reading() as connection:
        row = await connection.row(
            raw("SELECT f.id, f.name, f.size, f.media_type, f.storage_key FROM system.attachments AS a JOIN system.files AS f ON f.id = a.file JOIN ")
            + name("data", object_key)
            + raw(" AS r ON r.id = a.record WHERE a.object = ")
            + param(object_key)
            + raw(" AND a.record = ")
            + param(record)
            + raw(" AND a.field = ")
            + param(field)
            + raw(" AND a.file = ")
            + param(file)
            + raw(" AND r.deleted_at IS NULL AND ")
            + parens(sees)
            + raw(" AND ")
            + parens(clear)
        )
    if row is None:
        raise NotFound(object=object_key)
    if views.is_sensitive(catalog, definition, holder):
        await views.fields_seen(database, actor, object_key, record, [field], clock.now())
    return StagedFile(row[0], row[1], row[2], row[3]), store.get(row[4])
