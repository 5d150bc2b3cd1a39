"""Checks confluent-kafka, the Python client over librdkafka."""

import pathlib
import sys

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from scenario import Member, Record, main  # noqa: E402

TIMEOUT_S = 30


class GroupMember(Member):
    def __init__(self, bootstrap, topic, group):
        self.topic = topic
        self.consumer = Consumer({
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            "heartbeat.interval.ms": 200,
            "fetch.wait.max.ms": 100,
        })
        self.consumer.subscribe([topic])
        super().__init__()

    def read(self):
        messages = self.consumer.consume(100, 0.1)
        # librdkafka mends by itself what it reports as an error of a message.
        return [Record(m.key().decode(), m.value().decode(), m.partition(), m.offset())
                for m in messages if m.error() is None]

    def partitions(self):
        return [assigned.partition for assigned in self.consumer.assignment()]

    def commit_offsets(self, offsets):
        if offsets:
            given = [TopicPartition(self.topic, p, offset) for p, offset in offsets.items()]
            self.consumer.commit(offsets=given, asynchronous=False)

    def end(self):
        self.consumer.close()


class Client:
    CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
    KILLS = False

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = AdminClient({"bootstrap.servers": bootstrap})

    def create_topic(self, topic, partitions):
        self.admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(TIMEOUT_S)

    def topics(self):
        return list(self.admin.list_topics(timeout=TIMEOUT_S).topics)

    def produce(self, topic, codec, records):
        failed = []
        producer = Producer({
            "bootstrap.servers": self.bootstrap,
            "compression.type": codec,
            "enable.idempotence": True,
            "linger.ms": 5,
            "on_delivery": lambda error, _: error and failed.append(error),
        })
        for r in records:
            producer.produce(topic, key=r.key, value=r.value, timestamp=r.timestamp_ms or 0)
        assert producer.flush(TIMEOUT_S) == 0 and not failed, failed

    def join(self, topic, group):
        return GroupMember(self.bootstrap, topic, group)

    def lag(self, topic, group):
        asked = [ConsumerGroupTopicPartitions(group)]
        committed = self.admin.list_consumer_group_offsets(asked)[group].result(TIMEOUT_S)
        read = {p.partition: p.offset for p in committed.topic_partitions if p.topic == topic}
        return sum(self.offset(topic, p, OffsetSpec.latest()) - read[p] for p in read)

    def offset(self, topic, partition, spec):
        asked = TopicPartition(topic, partition)
        return self.admin.list_offsets({asked: spec})[asked].result(TIMEOUT_S).offset

    def offset_for(self, topic, timestamp_ms):
        return self.offset(topic, 0, OffsetSpec.for_timestamp(timestamp_ms))

    def read_from(self, topic, offset, count):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "seeking"})
        consumer.assign([TopicPartition(topic, 0, offset)])
        values = [m.value().decode() for m in consumer.consume(count, TIMEOUT_S)]
        consumer.close()
        return values

    def groups(self):
        return [g.group_id for g in self.admin.list_consumer_groups().result(TIMEOUT_S).valid]

    def delete_group(self, group):
        self.admin.delete_consumer_groups([group])[group].result(TIMEOUT_S)

    def delete_topic(self, topic):
        self.admin.delete_topics([topic])[topic].result(TIMEOUT_S)


main("confluent-kafka", Client)
