"""OpenAPI of the installation's own objects, as one reader sees them: every address and every field spelt out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tradewind import __version__
from tradewind.kinds.fields.registry import field_types, holds_files
from tradewind.metadata.questions import AggregateQuestion, Filter, Sort

Schema = dict[str, Any]
_REF = "#/components/schemas/{name}"
_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_NAMED: Schema = {"type": "object", "properties": {"id": _ID, "name": {"type": ["string", "null"]}}, "required": ["id"]}
_POINTED: Schema = {
    "anyOf": [
        {"type": "object", "properties": {"id": _ID, "title": {"type": ["string", "null"]}}, "required": ["id", "title"]},
        {"type": "object", "properties": {"restricted": {"const": True}, "title": _TEXT}, "required": ["restricted"]},
    ]
}
_FILE: Schema = {
    "type": "object",
    "properties": {
        "id": _ID,
        "name": _TEXT,
        "size": {"type": "integer"},
        "media_type": _TEXT,
        "width": {"type": ["integer", "null"]},
        "height": {"type": ["integer", "null"]},
    },  # fmt: skip
    "required": ["id", "name", "size", "media_type"],
}
_SHOWN: Mapping[str, Schema] = {"user": _NAMED, "department": _NAMED, "team": _NAMED, "relation": _POINTED}
_FILES: Schema = {"type": "array", "items": _FILE}
"""Types that are shown in another form than they are written."""
_COMPUTED = ("formula", "rollup", "lookup", "auto_number")
_RESULTS: Mapping[str, Schema] = {
    "text": _TEXT, "number": {"type": "string", "format": "decimal"}, "checkbox": {"type": "boolean"}, "date": {"type": "string", "format": "date"}, "datetime": _INSTANT,
}  # fmt: skip
_SYSTEM: Mapping[str, Schema] = {
    "owner": _NAMED, "team": _NAMED, "department": _NAMED, "created_at": _INSTANT, "created_by": _NAMED, "updated_at": _INSTANT, "updated_by": _NAMED, "source": _TEXT,
}  # fmt: skip

_ITEM: Schema = {
    "type": "object",
    "properties": {"code": _TEXT, "detail": _TEXT, "pointer": _TEXT, "params": {"type": "object"}},
    "required": ["code", "detail"],
}
_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "instance", "code", "next", "pointer", "request"), _TEXT),
        "status": {"type": "integer"},
        "params": {"type": "object"},
        "errors": {"type": "array", "items": _ITEM},
    },
    "required": ["type", "title", "status", "detail", "code", "next"],
}
_WRITTEN: Schema = {
    "type": "object",
    "properties": {
        "action": _ID,
        "ids": {"type": "array", "items": {"anyOf": [_ID, {"type": "null"}]}},
        **dict.fromkeys(("created", "updated", "unchanged"), {"type": "integer"}),
        "problems": {"type": "array", "items": {"type": "object", "properties": {"row": {"type": "integer"}, "pointer": _TEXT, "code": _TEXT}}},
    },
    "required": ["action", "ids"],
}


def document(seen: Mapping[str, Any], server: str) -> Schema:
    """The document for what `visible_catalog` gave: objects, fields and actions the reader has, nothing else."""
    schemas: dict[str, Schema] = {"Masked": {"type": "object", "properties": {"masked": {"type": ["string", "null"]}}, "required": ["masked"]}}
    _, parts = msgspec.json.schema_components((Filter, Sort, AggregateQuestion), ref_template=_REF)
    schemas |= {name: part for name, part in parts.items() if name != "AggregateQuestion"} | {"Problem": _PROBLEM, "Written": _WRITTEN}
    figures = {key: value for key, value in parts["AggregateQuestion"]["properties"].items() if key != "object"}
    schemas["Figures"] = {"type": "object", "properties": figures, "required": ["measures"], "additionalProperties": False}
    paths: dict[str, Schema] = {}
    for key, thing in seen["objects"].items():
        schemas[key] = _record(thing["fields"], schemas)
        schemas[f"{key}.write"] = _writing(thing["fields"], schemas, set())
        schemas[f"{key}.create"] = _writing(thing["fields"], schemas, {field["key"] for field in thing["fields"] if _must(field)})
        if not thing["parent"]:
            paths |= _paths(key, thing)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tradewind: own objects", "version": f"{__version__}+{seen['edition']}"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    }


def _label(labels: Mapping[str, str], key: str) -> str:
    return labels.get("en") or next(iter(labels.values()), key)


def _ref(name: str) -> Schema:
    return {"$ref": _REF.format(name=name)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _value(field: Mapping[str, Any], schemas: dict[str, Schema]) -> Schema:
    """What is written to the field."""
    kind = field_types().get(field["type"])
    if kind is None:
        return _ID
    (made,), parts = msgspec.json.schema_components((kind.value,), ref_template=_REF)
    schemas.update(parts)
    keys = [one["key"] for one in field["options"].get("options", ()) if not one.get("retired")]
    if not keys:
        return made
    return {"type": "array", "items": {"type": "string"}} if field["type"] == "tags" else {"type": "string", "enum": keys}


def _shown(field: Mapping[str, Any], schemas: dict[str, Schema]) -> Schema:
    """What a reader gets: the value, null, and where his role masks it somewhere a mask."""
    kind = field["type"]
    if kind == "lines":
        return {"type": "array", "items": _ref(str(field["options"]["target"]))}
    if kind == "lookup":
        return {}
    if kind in ("formula", "rollup"):
        made = _RESULTS[field["result"]]
    elif kind in ("select", "status"):
        made = _TEXT
    else:
        made = _FILES if holds_files(kind) else _SHOWN.get(kind) or _value(field, schemas)
    masked = [] if field["state"] in ("read", "write") else [_ref("Masked")]
    return {"anyOf": [made, *masked, {"type": "null"}]}


def _described(field: Mapping[str, Any], schema: Schema) -> Schema:
    return {"title": _label(field["labels"], field["key"]), **schema}


def _record(fields: Iterable[Mapping[str, Any]], schemas: dict[str, Schema]) -> Schema:
    own = {field["key"]: _described(field, _shown(field, schemas)) for field in fields}
    system = {key: _or_null(schema) for key, schema in _SYSTEM.items()}
    around = {"id": _ID, "version": _TEXT, "_actions": {"type": "array", "items": {"enum": ["update", "delete"]}}, "_states": {"type": "object"}}
    return {"type": "object", "properties": {**around, **system, **own}, "required": ["id", "version"]}


def _writable(field: Mapping[str, Any]) -> bool:
    return field["state"] in ("write", "mixed") and field["type"] not in _COMPUTED


def _must(field: Mapping[str, Any]) -> bool:
    return field["required"] and field["default"] is None and _writable(field) and field["type"] != "lines"


def _writing(fields: Iterable[Mapping[str, Any]], schemas: dict[str, Schema], required: set[str]) -> Schema:
    own: dict[str, Schema] = {}
    for field in fields:
        if not _writable(field):
            continue
        if field["type"] == "lines":
            own[field["key"]] = {"type": "array", "items": _ref(f"{field['options']['target']}.write")}
        else:
            value = _value(field, schemas)
            own[field["key"]] = _described(field, value if field["key"] in required else _or_null(value))
    more: dict[str, Schema] = {"id": _ID} | ({} if required else {"version": _TEXT})
    return {
        "type": "object",
        "properties": {**more, "owner": _or_null(_ID), "team": _or_null(_ID), **own},
        **({"required": sorted(required)} if required else {}),
    }


def _answers(schema: Schema, status: str = "200") -> Schema:
    problem = {"description": "What is wrong, where, and what to do", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    return {status: {"description": "Done", "content": {"application/json": {"schema": schema}}}, "4XX": problem, "5XX": problem}


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _paths(key: str, thing: Mapping[str, Any]) -> dict[str, Schema]:
    label, base = _label(thing["labels"], key), f"/api/objects/{key}"
    page = {
        "type": "object",
        "properties": {"records": {"type": "array", "items": _ref(key)}, "next": {"type": ["string", "null"]}},
        "required": ["records", "next"],
    }
    asking = {
        "fields": _or_null({"type": "array", "items": _TEXT}), "filter": _or_null(_ref("Filter")), "sort": {"type": "array", "items": _ref("Sort")}, "search": _TEXT,
        "limit": {"type": "integer", "minimum": 1, "maximum": 500}, "after": {"type": ["string", "null"]}, "deleted": {"type": "boolean"},
        "ids": _or_null({"type": "array", "items": _ID}),
    }  # fmt: skip
    question: Schema = {"type": "object", "properties": asking, "additionalProperties": False}
    counted: Schema = {"type": "object", "properties": {"count": {"type": "integer"}, "capped": {"type": "boolean"}}, "required": ["count", "capped"]}
    sums: Schema = {
        "type": "object",
        "properties": {"rows": {"type": "array"}, "total": {"type": "array"}, "more": {"type": "boolean"}},
        "required": ["rows", "total"],
    }
    record = {"name": "record", "in": "path", "required": True, "schema": _ID}
    given = [{"name": name, "in": "query", "schema": _TEXT} for name in ("filter", "sort", "fields", "search", "after")]
    given.append({"name": "limit", "in": "query", "schema": asking["limit"]})

    def does(verb: str, summary: str, answers: Schema, *, body: Schema | None = None, parameters: list[Schema] | None = None) -> Schema:
        made: Schema = {"operationId": f"{verb}_{key}", "summary": f"{label}: {summary}", "tags": [label], "responses": answers}
        return made | ({"requestBody": _body(body)} if body else {}) | ({"parameters": parameters} if parameters else {})

    found: dict[str, Schema] = {
        f"{base}/records": {"get": does("list", "a page of records", _answers(page), parameters=given)},
        f"{base}/query": {"post": does("query", "a page of records for a filter of any depth", _answers(page), body=question)},
        f"{base}/count": {"post": does("count", "how many there are", _answers(counted), body=question)},
        f"{base}/aggregate": {"post": does("aggregate", "figures in groups", _answers(sums), body=_ref("Figures"))},
        f"{base}/records/{{record}}": {"parameters": [record], "get": does("get", "one record with its lines", _answers(_ref(key)))},
    }
    if thing["create"]:
        rows = {"type": "array", "items": _ref(f"{key}.create")}
        more = {"operation": {"enum": ["create", "upsert"]}, "match": {"type": "array", "items": _TEXT}, "partial": {"type": "boolean"}}
        body = {"type": "object", "properties": {"row": _ref(f"{key}.create"), "rows": rows, **more}, "additionalProperties": False}
        found[f"{base}/records"]["post"] = does("create", "one new record or several", _answers(_ref("Written"), "201"), body=body)
    if thing["update"]:
        found[f"{base}/records/{{record}}"]["patch"] = does("change", "sets the fields named", _answers(_ref("Written")), body=_ref(f"{key}.write"))
    if thing["delete"]:
        found[f"{base}/records/{{record}}"]["delete"] = does("delete", "moves it to the recycle bin", _answers(_ref("Written")))
        found[f"{base}/records/{{record}}/restore"] = {"parameters": [record], "post": does("restore", "brings it back", _answers(_ref("Written")))}
    return found
