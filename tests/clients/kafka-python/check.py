"""Checks kafka-python."""

import pathlib
import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.structs import OffsetAndMetadata

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from scenario import Member, Record, main  # noqa: E402


class GroupMember(Member):
    def __init__(self, bootstrap, topic, group):
        self.topic = topic
        self.consumer = KafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=6000,
            heartbeat_interval_ms=200,
            fetch_max_wait_ms=100,
        )
        super().__init__()

    def read(self):
        # When a poll ends while it joins, kafka-python 3.0.12 forgets what it was assigned.
        batches = self.consumer.poll(timeout_ms=2000).values()
        return [Record(r.key.decode(), r.value.decode(), r.partition, r.offset)
                for batch in batches for r in batch]

    def partitions(self):
        return [assigned.partition for assigned in self.consumer.assignment()]

    def commit_offsets(self, offsets):
        self.consumer.commit({
            TopicPartition(self.topic, p): OffsetAndMetadata(offset, "", -1)
            for p, offset in offsets.items()
        })

    def end(self):
        self.consumer.close()


class Client:
    CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
    KILLS = False

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)

    def create_topic(self, topic, partitions):
        self.admin.create_topics([NewTopic(topic, partitions, 1)])

    def topics(self):
        return self.admin.list_topics()

    def produce(self, topic, codec, records):
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap,
            compression_type=None if codec == "none" else codec,
            acks="all",
            linger_ms=5,
        )
        sent = [producer.send(topic, key=r.key.encode(), value=r.value.encode(),
                              timestamp_ms=r.timestamp_ms) for r in records]
        producer.flush()
        for future in sent:
            future.get(timeout=30)
        producer.close()

    def join(self, topic, group):
        return GroupMember(self.bootstrap, topic, group)

    def lag(self, topic, group):
        committed = self.admin.list_group_offsets(group)[group]
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        ends = consumer.end_offsets([p for p in committed if p.topic == topic])
        consumer.close()
        return sum(end - committed[p].offset for p, end in ends.items())

    def offset_for(self, topic, timestamp_ms):
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        partition = TopicPartition(topic, 0)
        found = consumer.offsets_for_times({partition: timestamp_ms})
        consumer.close()
        return found[partition].offset

    def read_from(self, topic, offset, count):
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, consumer_timeout_ms=30_000)
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek(TopicPartition(topic, 0), offset)
        values = [record.value.decode() for _, record in zip(range(count), consumer)]
        consumer.close()
        return values

    def groups(self):
        return [group["group_id"] for group in self.admin.list_groups()]

    def delete_group(self, group):
        deleted = self.admin.delete_groups([group])
        assert deleted == {group: "OK"}, deleted

    def delete_topic(self, topic):
        self.admin.delete_topics([topic])


main("kafka-python", Client)
