"""Produces a batch of which each tenth record has no key to a compacted topic, by confluent-kafka.

Arguments: bootstrap servers, topic. Prints how the records with and without a key fared.
"""

import sys
from collections import Counter

from confluent_kafka import Producer


def main() -> None:
    bootstrap, topic = sys.argv[1], sys.argv[2]
    producer = Producer(
        {"bootstrap.servers": bootstrap, "linger.ms": 500, "batch.num.messages": 100, "acks": "all"}
    )
    fates = Counter()

    def delivered(error, message) -> None:
        kind = "with a key" if message.key() else "without a key"
        fates[kind, error.name() if error else "delivered"] += 1

    for n in range(100):
        key = f"key-{n}" if n % 10 else None
        producer.produce(topic, key=key, value=f"value {n}", on_delivery=delivered)
    assert producer.flush(20) == 0, "some records met no fate"
    for (kind, fate), count in sorted(fates.items()):
        print(f"{count} {kind}: {fate}")


main()
