"""Members share, die and take over by kafka-python. See takeover.py."""

import json
import pathlib
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

sys.path.append(str(pathlib.Path(__file__).parent.parent))
import takeover  # noqa: E402


class Reader(takeover.Reader):
    def __init__(self, bootstrap, topic, group, reset):
        self.topic = topic
        self.consumer = KafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset=reset,
            enable_auto_commit=False,
            session_timeout_ms=takeover.SESSION_MS,
            heartbeat_interval_ms=takeover.HEARTBEAT_MS,
            max_poll_records=50,
        )

    def poll(self):
        # Shorter polls may end while it joins, and 3.0.12 then forgets what it was given.
        polled = self.consumer.poll(timeout_ms=2000)
        return [(tp.partition, one.offset) for tp, all in polled.items() for one in all]

    def assigned(self):
        return [tp.partition for tp in self.consumer.assignment()]

    def commit(self, offsets):
        self.consumer.commit({
            TopicPartition(self.topic, partition): OffsetAndMetadata(offset, "", -1)
            for partition, offset in offsets.items()
        })


class Client(takeover.Client):
    reader = staticmethod(Reader)

    def produce(self, bootstrap, topic, numbers):
        producer = KafkaProducer(
            bootstrap_servers=bootstrap,
            key_serializer=str.encode,
            value_serializer=lambda value: json.dumps(value).encode(),
            acks="all",
            linger_ms=5,
        )
        acknowledged = []
        for n in numbers:
            sent = producer.send(topic, key=f"key-{n}", value={"number": n})
            sent.add_callback(acknowledged.append)
        producer.flush()
        producer.close()
        return len(acknowledged)


takeover.main(Client())
