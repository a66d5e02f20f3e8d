"""Which definitions go out together: all, a pack's, or some objects with what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tradewind.catalog.files import PackFile
from tradewind.catalog.installed import installed
from tradewind.kernel.problems import NotFound, UnknownObject
from tradewind.kernel.sql import param, raw
from tradewind.metadata.definitions import AnyDefinition, Catalog, MenuDefinition, ObjectDefinition, QualityDefinition, RoleDefinition
from tradewind.query.database.pool import Connection


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """What goes out, and what heads it."""

    head: PackFile
    definitions: tuple[AnyDefinition, ...]


def everything(catalog: Catalog, *, roles: bool) -> Outgoing:
    """All that is in use and nobody's private view; roles where asked for."""
    return Outgoing(head=PackFile(), definitions=_shared(catalog, roles=roles))


async def of_pack(connection: Connection, catalog: Catalog, key: str, *, roles: bool) -> Outgoing:
    """A pack as it is now, with what builders changed since. Raises NotFound when nothing belongs to a pack of that key."""
    rows = await connection.rows(raw("SELECT kind, key FROM system.definitions WHERE NOT retired AND pack = ") + param(key))
    own = {(str(row[0]), str(row[1])) for row in rows}
    if not key or not own:
        raise NotFound()
    head = (await installed(connection)).get(key, PackFile(key=key, version="1"))
    return Outgoing(head=head, definitions=tuple(one for one in _shared(catalog, roles=roles) if (one.kind, one.key) in own))


def of_objects(catalog: Catalog, keys: Iterable[str], *, roles: bool) -> Outgoing:
    """Some objects with their lines, shared views and layouts, and the menus and roles that name them, cut down to them. Raises UnknownObject."""
    objects = _with_lines(catalog, keys)
    found: list[AnyDefinition] = []
    for one in _shared(catalog, roles=roles):
        match one:
            case MenuDefinition():
                listed = tuple(key for key in one.objects if key in objects)
                found += [msgspec.structs.replace(one, objects=listed)] if listed else []
            case RoleDefinition():
                named = {key: rights for key, rights in one.objects.items() if key in objects}
                found += [msgspec.structs.replace(one, objects=named)] if named or one.everything else []
            case _:
                found += [one] if (one.key if isinstance(one, ObjectDefinition | QualityDefinition) else one.object) in objects else []
    return Outgoing(head=PackFile(), definitions=tuple(found))


def _shared(catalog: Catalog, *, roles: bool) -> tuple[AnyDefinition, ...]:
    views = [view for view in catalog.views.values() if not view.private_to]
    return (
        *catalog.objects.values(),
        *views,
        *catalog.layouts.values(),
        *catalog.menus.values(),
        *catalog.quality.values(),
        *(catalog.roles.values() if roles else ()),
    )


def _with_lines(catalog: Catalog, keys: Iterable[str]) -> set[str]:
    """The objects with their lines, and the object above where lines themselves are chosen."""
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        if (one := catalog.objects.get(key)) is None:
            raise UnknownObject(object=key)
        found.add(key)
        waiting += [str(field.options.get("target", "")) for field in one.live_fields() if field.type == "lines"]
        above = one.field(one.parent) if one.parent else None
        waiting += [str(above.options.get("target", ""))] if above is not None else []
    return found
