"""Members of a group share a topic of three partitions, and members die.

Each client gives a `Client` and calls `main` with it. A member is a process of its own, so that its
end is that of a crash. It prints what it is given, what it has read and what it has committed.
Arguments of a script: bootstrap servers, topic, number of records.
"""

import json
import os
import subprocess
import sys
import time

PARTITIONS = [0, 1, 2]
SESSION_MS = 6000
HEARTBEAT_MS = 500


class Reader:
    """A consumer that is subscribed to a topic."""

    def poll(self) -> list[tuple[int, int]]:
        """Partition and offset of what has come."""
        raise NotImplementedError

    def assigned(self) -> list[int]:
        raise NotImplementedError

    def commit(self, offsets: dict[int, int]) -> None:
        """Returns once it is committed."""
        raise NotImplementedError


class Client:
    def reader(self, bootstrap: str, topic: str, group: str, reset: str) -> Reader:
        """`reset`: earliest or latest."""
        raise NotImplementedError

    def produce(self, bootstrap: str, topic: str, numbers: range) -> int:
        """Sends a keyed record for each number; how many were acknowledged by all, as callbacks
        or futures tell."""
        raise NotImplementedError


def tell(**what) -> None:
    print(json.dumps(what), flush=True)


def member(reader: Reader, commits: bool) -> None:
    """Commits after it has printed, if it commits at all."""
    assigned = None
    while True:
        read = reader.poll()
        now = sorted(reader.assigned())
        if now != assigned:
            assigned = now
            tell(assigned=assigned)
        for at in read:
            tell(read=at)
        if read and commits:
            ends = {partition: offset + 1 for partition, offset in sorted(read)}
            reader.commit(ends)
            tell(committed=list(ends.items()))


class Member:
    def __init__(self, group: str, reset: str = "earliest", commits: bool = True) -> None:
        how = [group, reset, "commits" if commits else "holds"]
        command = [sys.executable, *sys.argv, *how]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.rest = b""
        self.assigned: list[int] = []
        self.read: set[tuple[int, int]] = set()
        self.committed: dict[int, int] = {}

    def look(self) -> None:
        self.rest += self.process.stdout.read() or b""
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            told = json.loads(line)
            self.assigned = told.get("assigned", self.assigned)
            self.committed.update(told.get("committed", []))
            if "read" in told:
                self.read.add(tuple(told["read"]))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.look()


def seen(members: list[Member]) -> set:
    return set().union(*(each.read for each in members))


def ends(records: set) -> dict[int, int]:
    """Behind the last record of each partition."""
    return {partition: offset + 1 for partition, offset in sorted(records)}


class Scenario:
    def __init__(self, client: Client, bootstrap: str, topic: str) -> None:
        self.client, self.bootstrap, self.topic = client, bootstrap, topic
        self.members: list[Member] = []
        self.sent = 0

    def start(self, *how, **more) -> Member:
        self.members.append(Member(*how, **more))
        return self.members[-1]

    def until(self, what: str, done) -> None:
        end = time.monotonic() + 60
        while True:
            for each in self.members:
                each.look()
            if done():
                return
            state = [(each.assigned, len(each.read)) for each in self.members]
            assert time.monotonic() < end, f"not in time: {what}: {state}"
            time.sleep(0.05)

    def produce(self, count: int) -> None:
        numbers = range(self.sent, self.sent + count)
        acknowledged = self.client.produce(self.bootstrap, self.topic, numbers)
        assert acknowledged == count, f"{acknowledged} of {count} records were acknowledged"
        self.sent += count

    def share_and_take_over(self, group: str, count: int) -> None:
        def shared(among: list[Member]) -> bool:
            return sorted(each.assigned for each in among) == [[each] for each in PARTITIONS]

        three = [self.start(group) for _ in range(3)]
        self.until("three share", lambda: shared(three))
        self.start(group)

        def one_is_idle() -> bool:
            held = sorted(self.members, key=lambda each: len(each.assigned))
            return not held[0].assigned and shared(held[1:])

        self.until("a fourth is idle", one_is_idle)
        self.produce(count // 2)
        self.until("half is read", lambda: len(seen(self.members)) == self.sent)
        print("shared by 3 members")

        victim = next(each for each in self.members if each.assigned)
        victim.kill()
        self.produce(count - count // 2)
        left = [each for each in self.members if each is not victim]
        self.until("the fourth takes over", lambda: shared(left))
        self.until("all is read", lambda: len(seen(self.members)) == self.sent)
        print("taken over without loss")

        def committed() -> dict[int, int]:
            told = {}
            for partition in PARTITIONS:
                told[partition] = max(each.committed.get(partition, 0) for each in left)
            return told

        self.until("all is committed", lambda: committed() == ends(seen(self.members)))
        for each in left:
            each.kill()

    def go_on_and_read_again(self, group: str) -> None:
        before, count = ends(seen(self.members)), 60
        self.produce(count)
        self.members = []
        holder = self.start(group, commits=False)
        self.until("the new records are read", lambda: len(holder.read) >= count)
        again = [at for at in holder.read if at[1] < before[at[0]]]
        assert not again, f"read again what is committed: {again}"
        print("resumed where it was committed")
        holder.kill()
        self.members = []
        after = self.start(group)
        self.until("they are read again", lambda: after.read == holder.read)
        print("read again what was not committed")
        after.kill()

    def begin_at_both_ends(self, group: str, before: int) -> None:
        self.members = []
        late = self.start(f"{group}-late", reset="latest")
        early = self.start(f"{group}-early", reset="earliest")

        def late_reads() -> bool:
            if not late.read and late.assigned:
                # It may still be looking for the end.
                self.produce(len(PARTITIONS))
            return bool(late.read)

        self.until("the late one reads", late_reads)
        self.until("the early one reads all", lambda: len(early.read) == self.sent)
        count = len(late.read)
        assert count <= self.sent - before, f"the late one has read {count} records"
        assert late.read <= early.read, "the late one has read what there is not"
        print("began at the end and at the beginning")


def main(client: Client) -> None:
    bootstrap, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if len(sys.argv) > 4:
        group, reset, commits = sys.argv[4:]
        member(client.reader(bootstrap, topic, group, reset), commits == "commits")
    scenario = Scenario(client, bootstrap, topic)
    group = f"{topic}-group"
    started: list[Member] = []
    start = scenario.start

    def start_and_note(*how, **more) -> Member:
        started.append(start(*how, **more))
        return started[-1]

    scenario.start = start_and_note
    try:
        scenario.share_and_take_over(group, count)
        scenario.go_on_and_read_again(group)
        scenario.begin_at_both_ends(group, scenario.sent)
    finally:
        for each in started:
            each.process.kill()
            each.process.wait()
