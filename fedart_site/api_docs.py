"""/api/docs/: the API description as a page of ours, without a line of foreign script."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
WHO = {"device": "a device's token", "cookieAuth": "a signed-in artist", "oauth2": "a device's token"}


@dataclass(frozen=True)
class Operation:
    """One method of one address, as a person reads it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    who: str
    takes: list[tuple[str, str]]
    body: list[tuple[str, str]]
    answers: list[tuple[str, str]]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every operation, by group."""
    return render(request, "site/api_docs.html", {"groups": groups()})


@cache
def groups() -> dict[str, list[Operation]]:
    """The operations of the schema by their first tag; read once for each process."""
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    found: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                tag = (methods[method].get("tags") or ["other"])[0]
                found[tag].append(_operation(path, method, methods[method], schema))
    return dict(found)


def _operation(path: str, method: str, said: Mapping[str, Any], schema: Mapping[str, Any]) -> Operation:
    schemes = [name for wanted in said.get("security", []) for name in wanted]
    open_to_all = {} in said.get("security", [{}])
    summary = said.get("summary") or said["operationId"].replace("_", " ")
    return Operation(
        id=said["operationId"],
        method=method.upper(),
        path=path,
        summary=summary,
        description=said.get("description", ""),
        who="anybody" if open_to_all else " or ".join(WHO.get(name, name) for name in schemes),
        takes=[(item["name"], item.get("description", "")) for item in said.get("parameters", [])],
        body=list(_body(said.get("requestBody", {}), schema)),
        answers=[
            (_status(code), answer.get("description", "")) for code, answer in said["responses"].items()
        ],
    )


def _status(code: str) -> str:
    return f"{code} {HTTPStatus(int(code)).phrase}" if code.isdigit() else code


def _body(body: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of a JSON or form body; one line saying the media type for anything else."""
    for media, said in body.get("content", {}).items():
        shape = _resolved(said.get("schema", {}), schema)
        fields = shape.get("properties")
        if not fields:
            yield media, shape.get("description", "")
            return
        for name, field in fields.items():
            needed = "" if name in shape.get("required", []) else "(may be left out) "
            yield name, needed + _kind(_resolved(field, schema))
        return


def _kind(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return f"one of: {', '.join(map(str, field['enum']))}"
    kind = field.get("format") or field.get("type", "")
    return f"{kind}. {field['description']}" if field.get("description") else kind


def _resolved(shape: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a `$ref` stands for, also where it hides in an `allOf` of one."""
    if len(shape.get("allOf", [])) == 1:
        shape = shape["allOf"][0] | {name: value for name, value in shape.items() if name != "allOf"}
    reference = shape.get("$ref", "")
    found = schema["components"]["schemas"].get(reference.rpartition("/")[2], {}) if reference else shape
    return dict(found)
