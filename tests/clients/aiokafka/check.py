"""Checks aiokafka. Its admin cannot delete groups."""

import asyncio
import pathlib
import sys
import threading

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from scenario import Member, Record, main  # noqa: E402

# All of aiokafka runs in one loop; the checks wait for it from their own threads.
LOOP = asyncio.new_event_loop()
threading.Thread(target=LOOP.run_forever, daemon=True).start()


def wait(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, LOOP).result(60)


async def started(kind, *arguments, **settings):
    client = kind(*arguments, **settings)
    await client.start()
    return client


class GroupMember(Member):
    def __init__(self, bootstrap, topic, group):
        self.topic = topic
        self.consumer = wait(started(
            AIOKafkaConsumer,
            topic,
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=6000,
            heartbeat_interval_ms=200,
            fetch_max_wait_ms=100,
        ))
        super().__init__()

    def read(self):
        batches = wait(self.consumer.getmany(timeout_ms=100)).values()
        return [Record(r.key.decode(), r.value.decode(), r.partition, r.offset)
                for batch in batches for r in batch]

    def partitions(self):
        return [assigned.partition for assigned in self.consumer.assignment()]

    def commit_offsets(self, offsets):
        given = {TopicPartition(self.topic, p): offset for p, offset in offsets.items()}
        wait(self.consumer.commit(given))

    def end(self):
        wait(self.consumer.stop())


class Client:
    CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
    KILLS = False
    delete_group = None

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = wait(started(AIOKafkaAdminClient, bootstrap_servers=bootstrap))

    def create_topic(self, topic, partitions):
        created = wait(self.admin.create_topics([NewTopic(topic, partitions, 1)]))
        assert all(error[1] == 0 for error in created.topic_errors), created

    def topics(self):
        return wait(self.admin.list_topics())

    def produce(self, topic, codec, records):
        async def send():
            producer = await started(
                AIOKafkaProducer,
                bootstrap_servers=self.bootstrap,
                compression_type=None if codec == "none" else codec,
                enable_idempotence=True,
                linger_ms=5,
            )
            sent = [await producer.send(topic, key=r.key.encode(), value=r.value.encode(),
                                        timestamp_ms=r.timestamp_ms) for r in records]
            await asyncio.gather(*sent)
            await producer.stop()
        wait(send())

    def join(self, topic, group):
        return GroupMember(self.bootstrap, topic, group)

    def lag(self, topic, group):
        committed = wait(self.admin.list_consumer_group_offsets(group))
        partitions = [p for p in committed if p.topic == topic]
        ends = self.asking(lambda consumer: consumer.end_offsets(partitions))
        return sum(end - committed[p].offset for p, end in ends.items())

    def asking(self, question, **settings):
        """The answer to a consumer that is in no group."""
        async def ask():
            consumer = await started(
                AIOKafkaConsumer, bootstrap_servers=self.bootstrap, **settings)
            try:
                return await question(consumer)
            finally:
                await consumer.stop()
        return wait(ask())

    def offset_for(self, topic, timestamp_ms):
        partition = TopicPartition(topic, 0)
        found = self.asking(lambda consumer: consumer.offsets_for_times({partition: timestamp_ms}))
        return found[partition].offset

    def read_from(self, topic, offset, count):
        async def read(consumer):
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek(TopicPartition(topic, 0), offset)
            return [(await consumer.getone()).value.decode() for _ in range(count)]
        return self.asking(read)

    def delete_topic(self, topic):
        wait(self.admin.delete_topics([topic]))


main("aiokafka", Client)
