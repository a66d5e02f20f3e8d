"""What search finds a record by: the bigrams of its searched fields that are clear to every reader."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.kernel.sql import Sql, join, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition
from tradewind.query.authz.scope import restricted_fields
from tradewind.query.compile.context import value_options


def searched_fields(catalog: Catalog, definition: ObjectDefinition) -> list[FieldDefinition]:
    """The fields whose text is in the search column."""
    restricted = set(restricted_fields(catalog, definition.key))
    return [field for field in definition.live_fields() if field.searched and field.key not in restricted and field.type in field_types()]


def search_value(catalog: Catalog, definition: ObjectDefinition, column_of: Callable[[str], Sql]) -> Sql:
    """The search column's value, from wherever `column_of` finds the field columns."""
    texts: list[Sql] = []
    for field in searched_fields(catalog, definition):
        kind = field_types()[field.type]
        text = kind.search(tuple(column_of(field.key + column.suffix) for column in kind.columns(value_options(field))))
        if text:
            texts.append(text)
    return raw("system.bigrams(concat_ws(E'\\n', ") + join(", ", texts) + raw("))") if texts else raw("'{}'::text[]")
