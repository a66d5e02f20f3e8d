"""A plan: what publishing a set of definitions will do to the tables, before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tradewind.catalog.schema.operations.add_field import AddField
from tradewind.catalog.schema.operations.change_settings import ChangeSettings
from tradewind.catalog.schema.operations.change_type import ChangeType
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.catalog.schema.operations.create_object import CreateObject
from tradewind.catalog.schema.operations.registry import stored
from tradewind.catalog.schema.operations.restore_field import RestoreField
from tradewind.catalog.schema.operations.retire_field import RetireField
from tradewind.catalog.schema.operations.retire_object import RetireObject
from tradewind.catalog.schema.operations.set_required import SetRequired
from tradewind.catalog.schema.operations.set_unique import SetUnique
from tradewind.kernel.json import Json
from tradewind.metadata.definitions import AnyDefinition, Catalog, FieldDefinition, ObjectDefinition
from tradewind.query.database.pool import Connection

_NO_TABLE_WORK = ("labels", "help", "options", "default", "sensitive", "searched")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the plan as a builder reads it; the sentence is the message `plan.<op>`."""

    op: str
    object: str
    field: str
    rows: int
    risk: str
    refused: str
    params: dict[str, Json]
    operation: dict[str, Json]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All steps in the order they run."""

    operations: tuple[Step, ...]

    @property
    def refused(self) -> tuple[Step, ...]:
        return tuple(step for step in self.operations if step.refused)


def surroundings(catalog: Catalog, definitions: Iterable[AnyDefinition]) -> Surroundings:
    """The objects before, and after all of the definitions are published."""
    changed = {definition.key: definition for definition in definitions if isinstance(definition, ObjectDefinition)}
    return Surroundings(before=catalog.objects, after={**catalog.objects, **changed})


def operations(catalog: Catalog, definitions: Iterable[AnyDefinition]) -> list[Operation]:
    """What has to be done to the tables, in order. Views, layouts, menus and roles need nothing."""
    found: list[Operation] = []
    for definition in definitions:
        if isinstance(definition, ObjectDefinition):
            found += _object_operations(catalog.objects, definition)
    return sorted(found, key=lambda operation: operation.order)


def _object_operations(objects: Mapping[str, ObjectDefinition], new: ObjectDefinition) -> list[Operation]:
    old = objects.get(new.key)
    if new.retired:
        return [] if old is None or old.retired else [RetireObject(object=new.key)]
    found: list[Operation] = []
    if old is None:
        found.append(CreateObject(object=new.key))
    elif changed := _changed_members(old, new):
        found.append(ChangeSettings(object=new.key, members=changed))
    earlier = {} if old is None else {field.key: field for field in old.fields}
    for field in new.fields:
        found += _field_operations(new.key, earlier.get(field.key), field)
    return found


def _changed_members(old: ObjectDefinition, new: ObjectDefinition) -> tuple[str, ...]:
    """Settings of the object that differ; `order` when the fields both have stand in another order."""
    changed = tuple(member for member in ("labels", "icon", "title") if getattr(old, member) != getattr(new, member))
    kept = {field.key for field in old.live_fields()} & {field.key for field in new.live_fields()}
    orders = [[field.key for field in one.fields if field.key in kept] for one in (old, new)]
    return changed if orders[0] == orders[1] else (*changed, "order")


def _field_operations(object_key: str, old: FieldDefinition | None, new: FieldDefinition) -> list[Operation]:
    if old is None:
        return [] if new.retired else [AddField(object=object_key, field=new.key)]
    if new.retired:
        return [] if old.retired else [RetireField(object=object_key, field=new.key)]
    found: list[Operation] = []
    if old.retired:
        found.append(RestoreField(object=object_key, field=new.key))
    if old.type != new.type:
        found.append(ChangeType(object=object_key, field=new.key))
    elif changed := tuple(member for member in _NO_TABLE_WORK if getattr(old, member) != getattr(new, member)):
        found.append(ChangeSettings(object=object_key, field=new.key, members=changed))
    if old.unique != new.unique:
        found.append(SetUnique(object=object_key, field=new.key, unique=new.unique))
    if old.required != new.required:
        found.append(SetRequired(object=object_key, field=new.key, required=new.required))
    return found


async def make_plan(connection: Connection, catalog: Catalog, definitions: Iterable[AnyDefinition]) -> Plan:
    """The operations with what each will touch, looked up now."""
    definitions = tuple(definitions)
    around = surroundings(catalog, definitions)
    steps: list[Step] = []
    for operation in operations(catalog, definitions):
        known = operation.object in catalog.objects
        finding = await operation.validate(connection, around) if known else Finding()
        steps.append(
            Step(
                op=str(operation.__struct_config__.tag),
                object=operation.object,
                field=operation.field,
                rows=finding.rows,
                risk=finding.risk,
                refused=finding.refused,
                params={**finding.params, **_labels(around, operation)},
                operation=stored(operation),
            )
        )
    return Plan(operations=tuple(steps))


def _labels(around: Surroundings, operation: Operation) -> dict[str, Json]:
    definition = around.after[operation.object]
    field = next((field for field in definition.fields if field.key == operation.field), None)
    labels: dict[str, Json] = {"object_labels": dict(definition.labels)}
    if field is not None:
        labels |= {"field_labels": dict(field.labels), "type": field.type}
    match operation:
        case ChangeSettings():
            labels["members"] = list[Json](operation.members)
        case SetUnique():
            labels["on"] = operation.unique
        case SetRequired():
            labels["on"] = operation.required
        case _:
            pass
    return labels
