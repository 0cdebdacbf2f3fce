"""A page about the API at ``/docs`` that needs nothing from the outside world: plain HTML from the OpenAPI text."""

from html import escape
from typing import Any

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Claiming station: API</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code{background:#8882;padding:.1em .3em}h2 b{display:inline-block;min-width:4.5rem}
pre{background:#8882;padding:.7rem;overflow:auto}</style>
<h1>Claiming station: API</h1>
<p>Every call but <code>GET /api/v1/health</code> carries <code>Authorization: Bearer TOKEN</code>.
The whole description for machines: <a href="openapi.json">openapi.json</a>.</p>
"""


def page(openapi: dict[str, Any]) -> str:
    """Each call with its method, path, parameters, body and answer, then each message with its fields."""
    calls = [
        _call(method, path, call) for path, methods in openapi["paths"].items() for method, call in methods.items()
    ]
    schemas = openapi.get("components", {}).get("schemas", {})
    messages = [_message(name, schema) for name, schema in sorted(schemas.items())]
    return _HEAD + "".join(calls) + "<h1>Messages</h1>" + "".join(messages)


def _call(method: str, path: str, call: dict[str, Any]) -> str:
    text = f"<h2><b>{escape(method.upper())}</b> <code>{escape(path)}</code></h2>"
    if call.get("description"):
        text += f"<p>{escape(call['description'])}</p>"
    names = [f"{one['name']} ({one['in']})" for one in call.get("parameters", [])]
    if names:
        text += f"<p>Parameters: {escape(', '.join(names))}</p>"
    for title, content in (("Takes", call.get("requestBody", {})), ("Gives", call["responses"].get("200", {}))):
        schema = content.get("content", {}).get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            text += f"<p>{title}: {_link(schema)}</p>"
    return text


def _message(name: str, schema: dict[str, Any]) -> str:
    text = f'<h3 id="{escape(name)}">{escape(name)}</h3>'
    if schema.get("description"):
        text += f"<pre>{escape(schema['description'])}</pre>"
    if "enum" in schema:
        return text + f"<p>One of: {escape(', '.join(map(str, schema['enum'])))}</p>"
    needed = schema.get("required", [])
    rows = [
        f"<li><code>{escape(field)}</code>: {_type(about)}{'' if field in needed else ' (may be left out)'}</li>"
        for field, about in schema.get("properties", {}).items()
    ]
    return text + f"<ul>{''.join(rows)}</ul>"


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        return _link(about)
    if "anyOf" in about:
        return " or ".join(_type(one) for one in about["anyOf"])
    if about.get("type") == "array":
        return f"list of {_type(about.get('items', {}))}"
    return escape(str(about.get("type", "anything")))


def _link(about: dict[str, Any]) -> str:
    name = escape(about["$ref"].rpartition("/")[2])
    return f'<a href="#{name}">{name}</a>'
