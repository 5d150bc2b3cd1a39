"""Three members of a group share a topic by kafka-python; one dies, the others take over.

Arguments: bootstrap servers, topic, number of records. A member is a process of its own, so that
its end is that of a crash. Every record must be seen, and one more member must go on where the
group has committed.
"""

import json
import os
import subprocess
import sys
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

GROUP = "kafka-python-group"


def consumer(bootstrap: str) -> KafkaConsumer:
    return KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=GROUP,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=500,
        max_poll_records=50,
    )


def member(bootstrap: str, topic: str) -> None:
    """Prints what it is given and what it reads, and commits after it has printed."""
    reader = consumer(bootstrap)
    reader.subscribe([topic])
    assigned = None
    while True:
        polled = reader.poll(timeout_ms=2000)
        now = sorted(tp.partition for tp in reader.assignment())
        if now != assigned:
            assigned = now
            print(json.dumps({"assigned": assigned}), flush=True)
        for tp, records in polled.items():
            for record in records:
                print(json.dumps({"read": [tp.partition, record.offset]}), flush=True)
            end = OffsetAndMetadata(records[-1].offset + 1, "", -1)
            reader.commit({tp: end})


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
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    for n in range(first, first + count):
        producer.send(topic, key=str(n).encode(), value=b"x" * 100)
    producer.flush()
    producer.close()


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
    ends = reader.end_offsets([TopicPartition(topic, p) for p in range(6)])

    def all_committed() -> bool:
        return all(reader.committed(tp) == end for tp, end in ends.items() if end > 0)

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
        for tp, records in reader.poll(timeout_ms=2000).items():
            assert min(r.offset for r in records) >= ends[tp], "read again what is committed"
            late |= {(tp.partition, r.offset) for r in records}
    reader.close()
    print("resumed where it was committed")


if sys.argv[1] == "member":
    member(sys.argv[2], sys.argv[3])
else:
    main()
