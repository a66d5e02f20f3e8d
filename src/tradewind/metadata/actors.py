"""Actors: who is asking, with all that rights depend on, as plain data."""

from __future__ import annotations

from uuid import UUID

import msgspec


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What single records of an object were shared with a person for: read, perhaps update, and which restricted fields. Which records, the statement asks."""

    object: str
    fields: tuple[str, ...]
    actions: tuple[str, ...]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A person, an API key or the system, at one moment."""

    person: UUID | None
    """None for the system itself."""
    name: str = ""
    kind: str = "person"
    """person, key, system."""
    roles: tuple[str, ...] = ()
    department: UUID | None = None
    subtree: tuple[UUID, ...] = ()
    """Ids of all departments at or below his own, and below those he heads."""
    teams: tuple[UUID, ...] = ()
    shares: tuple[Share, ...] = ()
    """The different kinds of shares he was given."""
    language: str = "en"
    zone: str = "UTC"
    request: str = ""
    """Request id, written into the log of changes."""
    address: str = ""
    """Where the request came from, for the audit log."""
    objects: tuple[str, ...] | None = None
    """An API key's scope: only these objects; None is no limit."""
    read_only: bool = False


SYSTEM = Actor(person=None, name="system", kind="system")
"""The installation itself: sees and may do everything; used by migrations, packs and recomputation only."""
