"""OpenAPI: completes what FastAPI says of the routes with what all of them share: problems, sign-in, and the headers of commands and answers."""

from typing import Any

import msgspec
from fastapi import FastAPI

from parley.kernel.http import CUT
from parley.kernel.log import Receipt
from parley.kernel.problem import PROBLEM_SCHEMA

COMMANDS = ("post", "put", "patch", "delete")

SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A session's or an API token, from signing in or from `tokens`."},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-parley", "description": "The same in a browser."},
}

PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "A name for this request, chosen by you. Sent again under it, the request has one effect and gets the same receipt.",
    },
    "IfMatch": {
        "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string", "pattern": '^"\\d{1,15}"$'},
        "description": "The ETag of what you have read. Required (428) to change what is there already; a stale one is told what came after (412).",
    },
    "Cut": {
        "name": CUT, "in": "header", "required": False, "schema": {"type": "string"}, "example": "delegations=812, drafts=77",
        "description": "What you have seen, as the last answer gave it to you. The answer then reflects at least that, or is 503.",
    },
}  # fmt: skip

HEADERS = {
    "ETag": {"schema": {"type": "string"}, "description": "The version of what was changed or read; send it back with If-Match."},
    CUT: {
        "schema": {"type": "string"},
        "description": "Up to which fact of each service this answer reflects the negotiation; send it back with your next request.",
    },
}


def describe(app: FastAPI) -> None:
    """Let the application give its completed description."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(FastAPI.openapi(app))
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to change its description


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    (receipt,), schemas = msgspec.json.schema_components([Receipt], ref_template="#/components/schemas/{name}")
    components = document.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | schemas | {"Problem": {"title": "Problem", **PROBLEM_SCHEMA}}
    components |= {"parameters": PARAMETERS, "headers": HEADERS, "securitySchemes": SECURITY}
    # The last one: without a token everybody is the public, and reads what the public may read.
    document["security"] = [{name: []} for name in SECURITY] + [{}]
    answered = {"type": "object", "required": ["receipt"], "properties": {"receipt": receipt}}
    problems: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shared = (["IdempotencyKey", "IfMatch"] if method in COMMANDS else []) + (["Cut"] if "/negotiations" in path else [])
            operation["parameters"] = operation.get("parameters", []) + [{"$ref": f"#/components/parameters/{name}"} for name in shared]
            for status, response in operation["responses"].items():
                if "application/problem+json" in response.get("content", {}):
                    problems[f"Problem{status}"] = response
                    operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
            if (made := operation["responses"].get("201")) is not None:
                made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
                if made.get("content", {}).get("application/json") == {"schema": {}}:
                    made["content"]["application/json"] = {"schema": answered}
    components["responses"] = problems
    return document
