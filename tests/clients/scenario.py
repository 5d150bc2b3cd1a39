"""What every Python client is checked for.

A program calls `main` with the name of its package and a class like those in */check.py:

    check.py BOOTSTRAP                      runs the checks, one line each: "ok NAME"
    check.py BOOTSTRAP member TOPIC GROUP   is a member of the group until it is killed

What a client cannot do is None in its class, and then not checked.
"""

import importlib.metadata
import queue
import secrets
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from typing import NamedTuple

PARTITIONS = 4
KEYS = 8
LIMIT_S = 30
# Young enough that no retention deletes it.
BOUNDARY_MS = int(time.time() * 1000) - 3_600_000


class Record(NamedTuple):
    key: str
    value: str
    partition: int = 0
    offset: int = 0
    timestamp_ms: int | None = None


class Member(threading.Thread):
    """A member of a group, in a thread of its own: consumers are not made for two threads.

    A client's own member has `read` (records, after 100 ms at most), `partitions` (assigned now),
    `commit_offsets` and `end`.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.records, self.assigned = [], []
        self.next, self.calls = {}, queue.Queue()
        self.start()

    def run(self):
        going = True
        while going:
            for record in self.read():
                self.records.append(record)
                self.next[record.partition] = record.offset + 1
            self.assigned = list(self.partitions())
            if not self.calls.empty():
                going = self.leave_now(self.calls.get())

    def leave_now(self, outcome):
        """Commits what was read of the partitions assigned, and leaves the group."""
        try:
            self.commit_offsets({p: self.next[p] for p in self.assigned if p in self.next})
            self.end()
            outcome.set_result(None)
        except Exception as error:
            outcome.set_exception(error)
        return False

    def leave(self):
        outcome = Future()
        self.calls.put(outcome)
        outcome.result(LIMIT_S)


def ok(name):
    print("ok", name, flush=True)


def until(what, holds):
    """Asks again and again until `holds` says so."""
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.02)


def keyed(mark, count):
    return [Record(f"key-{n % KEYS}", f"{mark} {n} " + "Grüße ✓ " * 5) for n in range(count)]


def distinct(records):
    return {record.value for record in records}


def same_as_sent(read, sent):
    """The same values; a key is in one partition; its values are in the order sent."""
    assert len(read) == len(sent), f"{len(read)} records read of {len(sent)}"
    for key in {record.key for record in sent}:
        got = [record.value for record in read if record.key == key]
        assert got == [record.value for record in sent if record.key == key], key
        partitions = {record.partition for record in read if record.key == key}
        assert len(partitions) == 1, f"{key} is in the partitions {partitions}"


class Scenario:
    def __init__(self, client):
        suffix = secrets.token_hex(4)
        self.client, self.sent = client, []
        self.topic, self.timed = f"checked-{suffix}", f"timed-{suffix}"
        self.groups = [f"committing-{suffix}", f"balancing-{suffix}"]

    def produce(self, mark, codec, count):
        records = keyed(mark, count)
        self.client.produce(self.topic, codec, records)
        self.sent += records
        return records

    def producing(self):
        self.client.create_topic(self.topic, PARTITIONS)
        until("the topic is listed", lambda: self.topic in self.client.topics())
        ok("create-topic")
        for codec in self.client.CODECS:
            self.produce(codec, codec, 10 * KEYS)
            ok(f"produce-{codec}")

    def committing(self):
        group = self.groups[0]
        first = self.client.join(self.topic, group)
        until("the group reads all", lambda: len(first.records) >= len(self.sent))
        same_as_sent(first.records, self.sent)
        ok("group-read")
        first.leave()

        more = self.produce("more", "none", 5 * KEYS)
        second = self.client.join(self.topic, group)
        until("a new member reads on", lambda: len(second.records) >= len(more))
        same_as_sent(second.records, more)
        second.leave()
        ok("resume")

        self.produce("unread", "none", KEYS)
        until("the lag is what nobody has read",
              lambda: self.client.lag(self.topic, group) == KEYS)
        ok("lag")

    def balancing(self):
        group = self.groups[1]
        first = self.client.join(self.topic, group)
        until("one member has all", lambda: len(first.assigned) == PARTITIONS)
        second = self.client.join(self.topic, group)
        until("two members have two partitions each",
              lambda: len(first.assigned) == len(second.assigned) == 2)
        assert sorted(first.assigned + second.assigned) == [0, 1, 2, 3]
        self.produce("both", "none", 5 * KEYS)
        until("two members read all",
              lambda: len(distinct(first.records + second.records)) == len(self.sent))
        ok("rebalance")

        second.leave()
        self.taken_over(first, "leave")
        if self.client.KILLS:
            other = subprocess.Popen([sys.executable, *sys.argv, "member", self.topic, group])
            try:
                until("the other process has two", lambda: len(first.assigned) == 2)
            finally:
                other.kill()
                other.wait()
            self.taken_over(first, "kill")
        first.leave()

    def taken_over(self, member, name):
        until("all is taken over", lambda: len(member.assigned) == PARTITIONS)
        last = distinct(self.produce(name, "none", 5 * KEYS))
        until("what was taken over is read", lambda: last <= distinct(member.records))
        ok(name)

    def seeking(self):
        self.client.create_topic(self.timed, 1)
        timed = [record._replace(timestamp_ms=BOUNDARY_MS + 1000 * n)
                 for n, record in enumerate(keyed("timed", 20))]
        self.client.produce(self.timed, "none", timed)
        offset = self.client.offset_for(self.timed, BOUNDARY_MS + 1000 * 7 - 1)
        assert offset == 7, f"the offset at that time is {offset}"
        ok("time")
        read = self.client.read_from(self.timed, offset, 13)
        assert read == [record.value for record in timed[7:]]
        ok("seek")

    def deleting(self):
        if self.client.delete_group:
            for group in self.groups:
                self.client.delete_group(group)
            until("the groups are gone",
                  lambda: not set(self.client.groups()) & set(self.groups))
            ok("delete-group")
        for topic in [self.topic, self.timed]:
            self.client.delete_topic(topic)
        until("the topics are gone",
              lambda: not {self.topic, self.timed} & set(self.client.topics()))
        ok("delete-topic")


def main(package, make):
    client = make(sys.argv[1])
    if len(sys.argv) > 2:
        client.join(*sys.argv[3:5]).join()
        return
    print("client", package, importlib.metadata.version(package), flush=True)
    scenario = Scenario(client)
    scenario.producing()
    scenario.committing()
    scenario.balancing()
    scenario.seeking()
    scenario.deleting()
