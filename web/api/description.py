"""The description of the API (OpenAPI 3.1), made from the operations themselves."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from web.api.blueprint import REFUSALS, blueprint, spec
from web.auth import ANYONE, Of, allow
from web.auth.scopes import WORDS
from web.problems import MEDIA_TYPE

PLAIN_FILES = ("/api/v1/files/{file_id}",)
INTRODUCTION = (
    "Every operation needs a token: «Authorization: Bearer cauce_…», made in «Mi cuenta» or for a service. It does "
    "what whoever the token acts as may do, within its scopes. Lists come in pages: hand `next` back as `cursor`. What "
    "changes something takes an `Idempotency-Key`. Refusals are `application/problem+json`, in Spanish or English."
)


@blueprint.get("/openapi.json")
@allow(ANYONE, of=Of.NONE)
def describe_api() -> Response:
    """The description that programs and tools read."""
    return jsonify(described())


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The description as the library reads it from the code, with what it cannot say itself."""
    told: dict[str, Any] = deepcopy(spec.spec)
    told["info"]["description"] = INTRODUCTION
    told["components"]["securitySchemes"]["token"]["description"] = "; ".join(
        f"`{scope}`: {words}" for scope, words in WORDS.items()
    )
    for path, methods in told["paths"].items():
        for operation in methods.values():
            _say_problems(operation)
            _say_addresses(operation)
            if path in PLAIN_FILES:
                content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
                operation["responses"]["200"]["content"] = content
    _say_uploads(told)
    return told


def _say_problems(operation: dict[str, Any]) -> None:
    for refusal in REFUSALS:
        content = operation["responses"][str(refusal.value)]["content"]
        content[MEDIA_TYPE] = content.pop("application/json")


def _say_addresses(operation: dict[str, Any]) -> None:
    """What our own converters of addresses take, which the library does not know."""
    for parameter in operation["parameters"]:
        if parameter["name"] == "file_id":
            parameter["schema"] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}


def _say_uploads(told: dict[str, Any]) -> None:
    """What a file comes in, which the view reads by itself: it may be too large to be held as text."""
    upload = {
        "type": "object",
        "properties": {"campo": {"type": "string"}, "archivo": {"type": "string", "format": "binary"}},
        "required": ["campo", "archivo"],
    }
    operation = told["paths"]["/api/v1/tasks/{task_id}/files"]["post"]
    operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": upload}}}
