"""Produces JSON with keys by kafka-python, and reads it back from assigned partitions.

Arguments: bootstrap servers, topic, number of records. Prints "key partition" for each record.
"""

import json
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition


def main() -> None:
    bootstrap, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        key_serializer=str.encode,
        value_serializer=lambda value: json.dumps(value).encode(),
        acks="all",
        linger_ms=5,
    )
    sent = {}
    futures = []
    for n in range(count):
        key = f"key-{n}"
        value = {"n": n, "text": "Grüße ✓", "nested": {"list": [1, 2.5, None, True]}}
        futures.append((key, value, producer.send(topic, key=key, value=value)))
    producer.flush()
    for key, value, future in futures:
        metadata = future.get(timeout=20)
        sent[key] = (metadata.partition, metadata.offset, value)
        print(key, metadata.partition)
    producer.close()

    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        key_deserializer=bytes.decode,
        value_deserializer=json.loads,
        consumer_timeout_ms=10000,
    )
    partitions = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(partitions)
    assert sum(ends.values()) == count, ends
    assert set(consumer.beginning_offsets(partitions).values()) == {0}
    read = {}
    for record in consumer:
        assert record.key not in read, f"{record.key} came twice"
        read[record.key] = (record.partition, record.offset, record.value)
        if len(read) == count:
            break
    consumer.close()
    assert read == sent, "what was read is not what was sent"


main()
