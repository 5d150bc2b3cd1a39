"""Members share, die and take over by confluent-kafka. See takeover.py."""

import json
import pathlib
import sys

from confluent_kafka import Consumer, Producer, TopicPartition

sys.path.append(str(pathlib.Path(__file__).parent.parent))
import takeover  # noqa: E402


class Reader(takeover.Reader):
    def __init__(self, bootstrap, topic, group, reset):
        self.topic = topic
        self.consumer = Consumer({
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": reset,
            "enable.auto.commit": False,
            "session.timeout.ms": takeover.SESSION_MS,
            "heartbeat.interval.ms": takeover.HEARTBEAT_MS,
        })
        self.consumer.subscribe([topic])

    def poll(self):
        records = self.consumer.consume(50, timeout=0.2)
        for record in records:
            assert record.error() is None, record.error()
        return [(record.partition(), record.offset()) for record in records]

    def assigned(self):
        return [tp.partition for tp in self.consumer.assignment()]

    def commit(self, offsets):
        given = [TopicPartition(self.topic, *each) for each in offsets.items()]
        self.consumer.commit(offsets=given, asynchronous=False)


class Client(takeover.Client):
    reader = staticmethod(Reader)

    def produce(self, bootstrap, topic, numbers):
        producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 5})
        acknowledged = []

        def delivered(error, message):
            assert error is None, error
            acknowledged.append(message.offset())

        for n in numbers:
            value = json.dumps({"number": n})
            producer.produce(topic, key=f"key-{n}", value=value, on_delivery=delivered)
        producer.flush(20)
        return len(acknowledged)


takeover.main(Client())
