"""What a program of an exchange needs to speak to Ballast: send messages, read logs. Standard library only.

The protocol, with every shape: docs/how-to/connect-an-exchange.md.
"""

import json
import time
import urllib.error
import urllib.request

MOST_MESSAGES = 500
MOST_BYTES = 200_000
# Answers that pass: of Ballast, and of a proxy before it that reaches it no more.
PASSING = (429, 502, 503, 504)


class Refused(Exception):
    """Ballast answered that it will not, with a stable code; sending again changes nothing."""

    def __init__(self, code, detail):
        super().__init__(f"{code}: {detail}")
        self.code = code


class Ballast:
    """One Ballast, over REST. What does not answer for a while is asked again: every request here may be repeated."""

    def __init__(self, url, token=None, patience_seconds=240):
        self.url = url.rstrip("/")
        self.token = token
        self.patience_seconds = patience_seconds

    def get(self, path):
        return self._ask("GET", path, None)

    def post(self, path, body, key=None):
        """`key`: Idempotency-Key of a command, the same however often it is sent."""
        return self._ask("POST", path, body, key)

    def submit(self, submission):
        """What a `Producer` sends with: takes a submission and returns the answer to it."""
        return self.post("/exchange/messages", submission)

    def _ask(self, method, path, body, key=None):
        until = time.monotonic() + self.patience_seconds
        pause = 0.05
        while True:
            try:
                return self._once(method, path, body, key)
            except urllib.error.HTTPError as error:
                if error.code not in PASSING:
                    problem = _problem_in(error.read())
                    raise Refused(problem.get("code", str(error.code)), problem.get("detail", "")) from error
                failure = error
            except (urllib.error.URLError, ConnectionError, TimeoutError, json.JSONDecodeError) as error:
                failure = error
            if time.monotonic() > until:
                raise failure
            time.sleep(pause)
            pause = min(2.0, 2 * pause)

    def _once(self, method, path, body, key):
        headers = {"accept": "application/json"}
        if key is not None:
            headers["idempotency-key"] = key
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            headers["content-type"] = "application/json"
            data = json.dumps(body, separators=(",", ":")).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read())


def _problem_in(body):
    """What Ballast says of it; nothing where a proxy wrote the answer."""
    try:
        return json.loads(body)
    except ValueError:
        return {}


class Producer:
    """Sends messages in one sequence without gaps. What is not known to be kept stays here, and is sent again."""

    def __init__(self, channel, name, incarnation):
        """`channel`: a `Ballast`, or a `KafkaChannel` (ballast_kafka.py)."""
        self.channel = channel
        self.name = name
        self.incarnation = incarnation
        self.next = 1
        self.unsent = []

    def say(self, kind, at, payload):
        """Takes a message into the sequence; `flush` sends it."""
        self.unsent.append({"type": kind, "at": at, "payload": payload})

    def flush(self):
        """Returns when everything that was said is kept. Raises Refused when a person has to look."""
        while self.unsent:
            batch = self._batch()
            answered = self.channel.submit(
                {"producer": self.name, "incarnation": self.incarnation, "first": self.next, "messages": batch}
            )
            for answer in answered["answers"]:
                if answer["outcome"] == "refused":
                    raise Refused(answer["code"], json.dumps(answer.get("errors")))
            if answered["next"] < self.next:
                raise Refused("hole", f"Ballast has kept less than it said: it wants {answered['next']}")
            self.unsent = self.unsent[answered["next"] - self.next :]
            self.next = answered["next"]

    def _batch(self):
        batch, size = [], 0
        for message in self.unsent[:MOST_MESSAGES]:
            size += len(json.dumps(message))
            if batch and size > MOST_BYTES:
                break
            batch.append(message)
        return batch


class LogReader:
    """Reads a log of Ballast from where it was read to: all numbered partitions, each in order, nothing twice."""

    def __init__(self, ballast, log, partitions):
        self.ballast = ballast
        self.log = log
        self.after = {partition: 0 for partition in range(partitions)}

    def read(self):
        """Everything that was appended since the last call."""
        events = []
        for partition in self.after:
            while True:
                path = f"/logs/{self.log}/{partition}?after={self.after[partition]}&limit=500"
                page = self.ballast.get(path)
                events.extend(page["items"])
                if page["items"]:
                    self.after[partition] = page["items"][-1]["position"]
                if page["next"] is None:
                    break
        return events
