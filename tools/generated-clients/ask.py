"""Asks a house through the client that openapi-python-client made from its document: the suite of the interface, in another language.

    python3 ask.py http://127.0.0.1:8787    (with ballast_client beside it)

Reads questions from standard input, a JSON object a line: id, operation, path, query, headers, body. Writes an answer for each, in whatever order
they come: id, status, headers and text as they were received; or `unsaid`, where the types of the client have no way to say the question, such as a
body that is no object. An answer that the client reads as something else than it says, or cannot read, ends it with a stack trace.
"""

import importlib
import inspect
import json
import os
import pkgutil
import sys
import threading
import traceback
import typing
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import Enum

import ballast_client.api
from ballast_client import Client
from ballast_client.types import Unset

AT_ONCE = 32


class Unsaid(Exception):
    """The types of the client have no way to say this."""


def plain(name):
    """By which a name of the document and its form in Python are the same: `accountId`, `account_id`, `from_`, `X-Actor`."""
    return name.replace("_", "").replace("-", "").lower()


def functions():
    found = {}
    for group in pkgutil.iter_modules(ballast_client.api.__path__):
        package = importlib.import_module(f"ballast_client.api.{group.name}")
        for module in pkgutil.iter_modules(package.__path__):
            operation = importlib.import_module(f"{package.__name__}.{module.name}")
            found[plain(module.name)] = (operation.sync_detailed, typing.get_type_hints(operation.sync_detailed))
    return found


def kinds(annotation):
    return [kind for kind in typing.get_args(annotation) or (annotation,) if kind is not Unset]


def said(text, annotation):
    """A parameter in the type that the client has for it."""
    for kind in kinds(annotation):
        if kind is str:
            return text
        try:
            if kind is int and str(int(text)) == text:
                return int(text)
            if kind is bool and text in ("true", "false"):
                return text == "true"
            if kind is datetime:
                return datetime.fromisoformat(text)
            if inspect.isclass(kind) and issubclass(kind, Enum):
                return kind(text)
        except ValueError:
            continue
    raise Unsaid(f"{text!r} is no {annotation}")


def modelled(body, annotation):
    """A body in the type that the client has for it, which must write it down again as it was."""
    for kind in kinds(annotation):
        try:
            model = kind.from_dict(body)
            written = model.to_dict()
        except Exception:  # whatever a body that is none does to a generated reader
            continue
        if same(written, body):
            return model
    raise Unsaid("the body is none of its type")


def same(a, b):
    """The same JSON; times may be written in another form."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(each, b[name]) for name, each in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, str) and isinstance(b, str) and a != b:
        try:
            return datetime.fromisoformat(a) == datetime.fromisoformat(b)
        except ValueError:
            return False
    return type(a) is type(b) and a == b


def arguments(signature, hints, question):
    """Arguments of a generated function, and the headers that it does not name."""
    given = {plain(name): text for part in ("path", "query") for name, text in question[part].items()}
    headers = {plain(name): (name, text) for name, text in question["headers"].items()}
    if given.get("format", "json") != "json":
        raise Unsaid("it reads JSON alone")
    named = {}
    for name in signature.parameters:
        if name == "client":
            continue
        if name == "body":
            if "body" not in question:
                raise Unsaid("there is no body")
            named[name] = modelled(question["body"], hints[name])
        elif plain(name) in given:
            named[name] = said(given.pop(plain(name)), hints[name])
        elif plain(name) in headers:
            named[name] = said(headers.pop(plain(name))[1], hints[name])
        elif signature.parameters[name].default is inspect.Parameter.empty:
            raise Unsaid(f"{name} is missing")
    if given or ("body" in question and "body" not in named):
        raise Unsaid(f"it takes no {', '.join(given) or 'body'}")
    return named, dict(headers.values())


def answered(question, connected, known):
    function, hints = known[plain(question["operation"])]
    named, headers = arguments(inspect.signature(function), hints, question)
    response = function(client=connected(headers), **named)
    text = response.content.decode()
    if response.headers.get("content-type", "").split(";")[0].endswith("json"):
        body = json.loads(text)
        parsed = response.parsed
        read = parsed.to_dict() if hasattr(parsed, "to_dict") else parsed
        assert same(read, body), f"{question['operation']} was read as {read}, it says {body}"
    return {"status": response.status_code.value, "headers": dict(response.headers), "text": text}


def main():
    known = functions()
    plainly = Client(base_url=sys.argv[1], timeout=60.0)
    plainly.get_httpx_client()
    writing = threading.Lock()

    def connected(headers):
        # Headers of one question would stay with a client that they are added to.
        return Client(base_url=sys.argv[1], timeout=60.0, headers=headers) if headers else plainly

    def answer(question):
        try:
            try:
                told = answered(question, connected, known)
            except Unsaid as why:
                told = {"unsaid": str(why)}
            with writing:
                print(json.dumps({"id": question["id"], **told}), flush=True)
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    with ThreadPoolExecutor(AT_ONCE) as asking:
        for line in sys.stdin:
            asking.submit(answer, json.loads(line))


main()
