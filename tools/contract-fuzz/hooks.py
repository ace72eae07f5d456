"""What schemathesis has to know of Ballast: names that exist, which refusals are faults, and what was acknowledged.

BALLAST_NAMES is a JSON file of names by path parameter; BALLAST_ACKNOWLEDGED a file that gets a line for every write answered with 2xx.
"""

import json
import os
import zlib

import schemathesis
from schemathesis.core.parameters import ParameterLocation

with open(os.environ["BALLAST_NAMES"], encoding="utf-8") as file:
    NAMES = json.load(file)
ACKNOWLEDGED = open(os.environ["BALLAST_ACKNOWLEDGED"], "a", encoding="utf-8")


def named(value, known):
    """One of the known names in three of four cases, always the same for a value, so that a run can be repeated."""
    chosen = zlib.crc32(repr(value).encode("utf-8", "replace"))
    return known[chosen % len(known)] if known and chosen % 4 else value


@schemathesis.hook
def map_case(context, case):
    """Names that exist stand for those that were drawn; what is meant to be refused stays as it was drawn."""
    path = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    if case.path_parameters and not (path and path.mode.is_negative):
        case.path_parameters = {name: named(value, NAMES.get(name)) for name, value in case.path_parameters.items()}
    return case


@schemathesis.check
def refuses_as_promised(ctx, response, case):
    """No answer is 5xx but 503, which passes and says when to ask again."""
    if response.status_code < 500:
        return
    assert response.status_code == 503, f"answered {response.status_code}"
    if case.path != "/health/ready":
        assert response.headers.get("retry-after", [""])[0].isdigit(), "503 without Retry-After"


@schemathesis.hook
def after_call(context, case, response):
    request = response.request
    if request.method != "POST" or not 200 <= response.status_code < 300:
        return
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    headers = {
        name.lower(): value if isinstance(value, str) else value.decode("latin-1")
        for name, value in request.headers.items()
    }
    kept = {name: headers[name] for name in ("idempotency-key", "x-actor") if name in headers}
    line = {"path": request.path_url, "headers": kept, "body": body.decode("utf-8"), "answer": response.text}
    ACKNOWLEDGED.write(json.dumps(line) + "\n")
    ACKNOWLEDGED.flush()
