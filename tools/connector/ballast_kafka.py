"""The way over Kafka: submissions as values of `exchange.messages.v1`, answers from `exchange.answers.v1`. Needs confluent-kafka.

The protocol, with every shape: docs/how-to/connect-an-exchange.md, "Over Kafka".
"""

import json
import time

from confluent_kafka import Consumer, Producer, TopicPartition

from ballast_exchange import Refused

MESSAGES = "exchange.messages.v1"
ANSWERS = "exchange.answers.v1"
# Whoever heard no answer for so long says the same again.
ANSWERED_WITHIN_SECONDS = 10
PASSING = (429, 503)


class KafkaChannel:
    """One submission after the other, each until it is answered. The broker may be away meanwhile."""

    def __init__(self, brokers, topic_prefix="", patience_seconds=240):
        self.messages, self.answers = topic_prefix + MESSAGES, topic_prefix + ANSWERS
        self.patience_seconds = patience_seconds
        self.producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True})
        self.consumer = Consumer({"bootstrap.servers": brokers, "group.id": "unused", "enable.auto.commit": False})
        self._read_from_the_end()

    def submit(self, submission):
        until = time.monotonic() + self.patience_seconds
        value = json.dumps(submission, separators=(",", ":")).encode()
        while True:
            self.producer.produce(self.messages, key=submission["producer"].encode(), value=value)
            answer = self._answer_to(submission)
            if answer is not None and answer["status"] == 200:
                return answer["body"]
            if answer is not None and answer["status"] not in PASSING:
                raise Refused(answer["body"].get("code", str(answer["status"])), answer["body"].get("detail", ""))
            if time.monotonic() > until:
                raise TimeoutError(f"{submission['producer']} is not answered")

    def _answer_to(self, submission):
        """The next answer to it, or none in time. One to an earlier submission, which was sent twice, is passed over."""
        until = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while time.monotonic() < until:
            self.producer.poll(0)
            message = self.consumer.poll(0.05)
            if message is None or message.error() is not None or message.key() != submission["producer"].encode():
                continue
            answer = json.loads(message.value())
            if answer["status"] != 200 or answer["body"]["answers"][0]["position"] == submission["first"]:
                return answer
        return None

    def _read_from_the_end(self):
        partitions = self.consumer.list_topics(self.answers, timeout=60).topics[self.answers].partitions
        places = [TopicPartition(self.answers, number) for number in partitions]
        for place in places:
            _, place.offset = self.consumer.get_watermark_offsets(place, timeout=60)
        self.consumer.assign(places)
