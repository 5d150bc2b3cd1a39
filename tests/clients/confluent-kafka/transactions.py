"""Asks for transactions by confluent-kafka, which must be told no: at once, and for good.

Argument: bootstrap servers. librdkafka asks for a coordinator again for as long as the error is one
that may pass.
"""

import sys
import time

from confluent_kafka import KafkaException, Producer


def main() -> None:
    producer = Producer({"bootstrap.servers": sys.argv[1], "transactional.id": "payments"})
    begin = time.monotonic()
    try:
        producer.init_transactions(20)
    except KafkaException as refused:
        error = refused.args[0]
        took = time.monotonic() - begin
        assert error.fatal(), f"not for good: {error}"
        assert took < 10, f"it went on for {took} s: {error}"
        print(error.name(), error.str())
        return
    raise AssertionError("transactions were begun")


main()
