"""Produces JSON with keys by confluent-kafka, and reads it back from assigned partitions.

Arguments: bootstrap servers, topic, number of records. Prints "key partition" for each record.
The partitioner is the one that gives Java's choice; librdkafka's own default differs.
"""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition


def main() -> None:
    bootstrap, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "compression.type": "zstd",
            "linger.ms": 5,
        }
    )
    sent = {}

    def delivered(error, message) -> None:
        assert error is None, error
        value = json.loads(message.value())
        sent[message.key().decode()] = (message.partition(), message.offset(), value)

    for n in range(count):
        value = {"n": n, "text": "Grüße ✓", "nested": {"list": [1, 2.5, None, True]}}
        producer.produce(topic, key=f"key-{n}", value=json.dumps(value), on_delivery=delivered)
    assert producer.flush(20) == 0, "not everything was delivered"
    for key, (partition, _, _) in sent.items():
        print(key, partition)

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none"})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    assigned = [TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions]
    consumer.assign(assigned)
    ends = [consumer.get_watermark_offsets(p, timeout=10) for p in assigned]
    assert sum(high for _, high in ends) == count, ends
    read = {}
    while len(read) < count:
        message = consumer.poll(10)
        assert message is not None, f"only {len(read)} of {count} came"
        assert message.error() is None, message.error()
        key = message.key().decode()
        assert key not in read, f"{key} came twice"
        read[key] = (message.partition(), message.offset(), json.loads(message.value()))
    consumer.close()
    assert read == sent, "what was read is not what was sent"


main()
