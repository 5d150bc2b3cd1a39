"""Three members of a group share a topic by confluent-kafka; one dies, the others take over.

Arguments: bootstrap servers, topic, number of records. A member is a process of its own, so that
its end is that of a crash. Every record must be seen, and one more member must go on where the
group has committed.
"""

import json
import os
import subprocess
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition

GROUP = "confluent-kafka-group"


def consumer(bootstrap: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": GROUP,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            "heartbeat.interval.ms": 500,
        }
    )


def member(bootstrap: str, topic: str) -> None:
    """Prints what it is given and what it reads, and commits after it has printed."""
    reader = consumer(bootstrap)
    reader.subscribe([topic])
    assigned = None
    while True:
        records = reader.consume(50, timeout=0.2)
        now = sorted(tp.partition for tp in reader.assignment())
        if now != assigned:
            assigned = now
            print(json.dumps({"assigned": assigned}), flush=True)
        ends = {}
        for record in records:
            assert record.error() is None, record.error()
            print(json.dumps({"read": [record.partition(), record.offset()]}), flush=True)
            ends[record.partition()] = record.offset() + 1
        if ends:
            commits = [TopicPartition(topic, p, offset) for p, offset in ends.items()]
            reader.commit(offsets=commits, asynchronous=False)


class Member:
    def __init__(self, bootstrap: str, topic: str) -> None:
        command = [sys.executable, __file__, "member", bootstrap, topic]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.rest = b""
        self.assigned: list[int] = []
        self.read: set[tuple[int, int]] = set()

    def look(self) -> None:
        self.rest += self.process.stdout.read() or b""
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "assigned" in told:
                self.assigned = told["assigned"]
            else:
                self.read.add(tuple(told["read"]))


def seen(members: list) -> set:
    return set().union(*(each.read for each in members))


def until(what: str, members: list, done) -> None:
    end = time.monotonic() + 40
    while True:
        for each in members:
            each.look()
        if done():
            return
        assert time.monotonic() < end, f"not in time: {what}: {[m.assigned for m in members]}"
        time.sleep(0.05)


def produce(bootstrap: str, topic: str, first: int, count: int) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 5})
    for n in range(first, first + count):
        producer.produce(topic, key=str(n).encode(), value=b"x" * 100)
    assert producer.flush(20) == 0, "records that were not acknowledged"


def main() -> None:
    bootstrap, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    members = [Member(bootstrap, topic) for _ in range(3)]
    try:
        run(bootstrap, topic, count, members)
    finally:
        for each in members:
            each.process.kill()
            each.process.wait()


def run(bootstrap: str, topic: str, count: int, members: list) -> None:
    def shared(among: list) -> bool:
        held = sorted(p for each in among for p in each.assigned)
        return held == list(range(6)) and all(each.assigned for each in among)

    until("three share", members, lambda: shared(members))
    produce(bootstrap, topic, 0, count // 2)
    until("half is read", members, lambda: len(seen(members)) == count // 2)
    assert all(each.read for each in members), "a member has read nothing"
    print("shared by 3 members")

    members[0].process.kill()
    produce(bootstrap, topic, count // 2, count - count // 2)
    left = members[1:]
    until("two share", left, lambda: shared(left))
    members[0].look()
    until("all is read", left, lambda: len(seen(members)) == count)
    print("taken over without loss")

    reader = consumer(bootstrap)
    partitions = [TopicPartition(topic, p) for p in range(6)]
    ends = {p.partition: reader.get_watermark_offsets(p, timeout=10)[1] for p in partitions}

    def all_committed() -> bool:
        told = {tp.partition: tp.offset for tp in reader.committed(partitions, timeout=10)}
        return all(told[p] == end for p, end in ends.items() if end > 0)

    until("all is committed", left, all_committed)
    for each in left:
        each.process.kill()
        each.process.wait()
    produce(bootstrap, topic, count, 60)
    reader.subscribe([topic])
    late = set()
    end = time.monotonic() + 40
    while len(late) < 60:
        assert time.monotonic() < end, f"{len(late)} of 60 after the others"
        for record in reader.consume(50, timeout=0.5):
            assert record.error() is None, record.error()
            assert record.offset() >= ends[record.partition()], "read again what is committed"
            late.add((record.partition(), record.offset()))
    reader.close()
    print("resumed where it was committed")


if sys.argv[1] == "member":
    member(sys.argv[2], sys.argv[3])
else:
    main()
