"""Members share, die and take over by aiokafka. See takeover.py."""

import asyncio
import json
import pathlib
import sys
import threading

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

sys.path.append(str(pathlib.Path(__file__).parent.parent))
import takeover  # noqa: E402

LOOP = asyncio.new_event_loop()
threading.Thread(target=LOOP.run_forever, daemon=True).start()


def wait(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, LOOP).result(60)


class Reader(takeover.Reader):
    def __init__(self, bootstrap, topic, group, reset):
        self.topic = topic
        self.consumer = wait(self.started(
            topic,
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset=reset,
            enable_auto_commit=False,
            session_timeout_ms=takeover.SESSION_MS,
            heartbeat_interval_ms=takeover.HEARTBEAT_MS,
        ))

    @staticmethod
    async def started(topic, **settings):
        consumer = AIOKafkaConsumer(topic, **settings)
        await consumer.start()
        return consumer

    def poll(self):
        polled = wait(self.consumer.getmany(timeout_ms=200, max_records=50))
        return [(tp.partition, one.offset) for tp, all in polled.items() for one in all]

    def assigned(self):
        return [tp.partition for tp in self.consumer.assignment()]

    def commit(self, offsets):
        given = {TopicPartition(self.topic, p): offset for p, offset in offsets.items()}
        wait(self.consumer.commit(given))


class Client(takeover.Client):
    reader = staticmethod(Reader)

    def produce(self, bootstrap, topic, numbers):
        return wait(self.send(bootstrap, topic, numbers))

    async def send(self, bootstrap, topic, numbers):
        acknowledged = []
        async with AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            key_serializer=str.encode,
            value_serializer=lambda value: json.dumps(value).encode(),
            acks="all",
            linger_ms=5,
        ) as producer:
            for n in numbers:
                sent = await producer.send(topic, key=f"key-{n}", value={"number": n})
                sent.add_done_callback(lambda done: acknowledged.append(done.result().offset))
            await producer.flush()
        return len(acknowledged)


takeover.main(Client())
