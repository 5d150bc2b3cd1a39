// Package check is what every Go client is checked for.
//
// A program runs `check.Run(module, connect)` and takes these arguments:
//
//	BOOTSTRAP                      runs the checks, one line each: "ok NAME"
//	BOOTSTRAP member TOPIC GROUP   is a member of the group until it is killed
package check

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"time"
)

const (
	partitions = 4
	keys       = 8
	limit      = 30 * time.Second
)

// Client is what a client can do.
type Client interface {
	Codecs() []string
	CreateTopic(topic string, partitions int) error
	Topics() ([]string, error)
	Produce(topic, codec string, records []Record) error
	Join(topic, group string) (Member, error)
	Lag(topic, group string) (int64, error)
	// OffsetFor gives the first offset of partition 0 that is not before a time.
	OffsetFor(topic string, at time.Time) (int64, error)
	// ReadFrom gives the values of partition 0 from an offset.
	ReadFrom(topic string, offset int64, count int) ([]string, error)
	Groups() ([]string, error)
	DeleteGroup(group string) error
	DeleteTopic(topic string) error
}

// Own is a client with checks that only it has.
type Own interface {
	CheckOwn(topic string) (name string, err error)
}

type scenario struct {
	Client
	topic string
	kills bool
	sent  []Record
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func that(holds bool, format string, arguments ...any) {
	if !holds {
		panic(fmt.Errorf(format, arguments...))
	}
}

func ok(name string) { fmt.Println("ok", name) }

// until asks again and again until `holds` says so.
func until(what string, holds func() bool) {
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(20 * time.Millisecond) {
		that(time.Now().Before(deadline), "not within %v: %s", limit, what)
	}
}

func keyed(mark string, count int) []Record {
	records := make([]Record, count)
	for n := range records {
		records[n].Key = fmt.Sprintf("key-%d", n%keys)
		records[n].Value = fmt.Sprintf("%s %d Grüße ✓ Grüße ✓ Grüße ✓", mark, n)
	}
	return records
}

func distinct(records []Record) map[string]bool {
	values := map[string]bool{}
	for _, record := range records {
		values[record.Value] = true
	}
	return values
}

// sameAsSent: the same values; a key is in one partition; its values are in the order sent.
func sameAsSent(read, sent []Record) {
	that(len(read) == len(sent), "%d records read of %d", len(read), len(sent))
	for n := range keys {
		ofKey := func(records []Record) (values []string, in map[int32]bool) {
			in = map[int32]bool{}
			for _, record := range records {
				if record.Key == fmt.Sprintf("key-%d", n) {
					values = append(values, record.Value)
					in[record.Partition] = true
				}
			}
			return
		}
		got, in := ofKey(read)
		want, _ := ofKey(sent)
		that(slices.Equal(got, want), "key %d: %q is not %q", n, got, want)
		that(len(in) == 1, "key %d is in the partitions %v", n, in)
	}
}

func (s *scenario) produce(mark string, count int) []Record {
	records := keyed(mark, count)
	must(s.Produce(s.topic, "none", records))
	s.sent = append(s.sent, records...)
	return records
}

func (s *scenario) join(group string) Member {
	member, err := s.Join(s.topic, group)
	must(err)
	return member
}

func leave(member Member) {
	must(member.Commit())
	must(member.Close())
}

func (s *scenario) listed() bool {
	topics, err := s.Topics()
	must(err)
	return slices.Contains(topics, s.topic)
}

func (s *scenario) producing() {
	must(s.CreateTopic(s.topic, partitions))
	until("the topic is listed", s.listed)
	ok("create-topic")
	for _, codec := range s.Codecs() {
		records := keyed(codec, 10*keys)
		must(s.Produce(s.topic, codec, records))
		s.sent = append(s.sent, records...)
		ok("produce-" + codec)
	}
}

func (s *scenario) committing(group string) {
	first := s.join(group)
	until("the group reads all", func() bool { return len(first.Records()) >= len(s.sent) })
	sameAsSent(first.Records(), s.sent)
	ok("group-read")
	leave(first)

	more := s.produce("more", 5*keys)
	second := s.join(group)
	until("a new member reads on", func() bool { return len(second.Records()) >= len(more) })
	sameAsSent(second.Records(), more)
	leave(second)
	ok("resume")

	s.produce("unread", keys)
	until("the lag is what nobody has read", func() bool {
		lag, err := s.Lag(s.topic, group)
		must(err)
		return lag == keys
	})
	ok("lag")
}

func (s *scenario) balancing(group string) {
	first := s.join(group)
	until("one member has all", func() bool { return len(first.Assigned()) == partitions })
	second := s.join(group)
	var both []int32
	until("two members have two partitions each", func() bool {
		one, other := first.Assigned(), second.Assigned()
		both = slices.Sorted(slices.Values(slices.Concat(one, other)))
		return len(one) == 2 && len(other) == 2
	})
	that(slices.Equal(both, []int32{0, 1, 2, 3}), "the partitions of two members: %v", both)
	s.produce("both", 5*keys)
	until("two members read all", func() bool {
		return len(distinct(slices.Concat(first.Records(), second.Records()))) == len(s.sent)
	})
	ok("rebalance")

	leave(second)
	s.takenOver(first, "leave")
	if s.kills {
		other := exec.Command(os.Args[0], os.Args[1], "member", s.topic, group)
		must(other.Start())
		defer other.Process.Kill()
		until("the other process has two", func() bool { return len(first.Assigned()) == 2 })
		must(other.Process.Kill())
		s.takenOver(first, "kill")
	}
	leave(first)
}

func (s *scenario) takenOver(member Member, name string) {
	until("all is taken over", func() bool { return len(member.Assigned()) == partitions })
	before := len(distinct(member.Records()))
	records := s.produce(name, 5*keys)
	until("what was taken over is read", func() bool {
		read := distinct(member.Records())
		return len(read) >= before+len(records) &&
			!slices.ContainsFunc(records, func(r Record) bool { return !read[r.Value] })
	})
	ok(name)
}

func (s *scenario) seeking(topic string) {
	must(s.CreateTopic(topic, 1))
	// Young enough that no retention deletes it; Kafka's times are whole milliseconds.
	start := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	timed := keyed("timed", 20)
	for n := range timed {
		timed[n].Time = start.Add(time.Duration(n) * time.Second)
	}
	must(s.Produce(topic, "none", timed))
	offset, err := s.OffsetFor(topic, timed[7].Time.Add(-time.Millisecond))
	must(err)
	that(offset == 7, "the offset at that time is %d", offset)
	ok("time")
	values, err := s.ReadFrom(topic, offset, 13)
	must(err)
	for n, value := range values {
		that(value == timed[7+n].Value, "%q at offset %d", value, 7+n)
	}
	that(len(values) == 13, "%d values after the seek", len(values))
	ok("seek")
}

func (s *scenario) deleting(topic string, groups []string) {
	for _, group := range groups {
		must(s.DeleteGroup(group))
	}
	until("the groups are gone", func() bool {
		listed, err := s.Groups()
		must(err)
		return !slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(listed, g) })
	})
	ok("delete-group")
	must(s.DeleteTopic(topic))
	must(s.DeleteTopic(s.topic))
	until("the topic is gone", func() bool { return !s.listed() })
	ok("delete-topic")
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version[1:]
		}
	}
	panic(fmt.Errorf("%s is not built in", module))
}

// Run runs the checks, or a member of a group, on the client that `connect` gives. With `kills` a
// member is also killed, and must be found dead by its session's end.
func Run(module, name string, kills bool, connect func(bootstrap string) (Client, error)) {
	defer func() {
		if failure := recover(); failure != nil {
			fmt.Fprintln(os.Stderr, failure)
			os.Exit(1)
		}
	}()
	client, err := connect(os.Args[1])
	must(err)
	if len(os.Args) > 2 {
		_, err := client.Join(os.Args[3], os.Args[4])
		must(err)
		select {}
	}
	fmt.Println("client", name, version(module))
	suffix := rand.Text()[:8]
	s := scenario{Client: client, topic: "checked-" + suffix, kills: kills}
	groups := []string{"committing-" + suffix, "balancing-" + suffix}
	s.producing()
	s.committing(groups[0])
	s.balancing(groups[1])
	s.seeking("timed-" + suffix)
	if own, has := client.(Own); has {
		name, err := own.CheckOwn("own-" + suffix)
		must(err)
		ok(name)
	}
	s.deleting("timed-"+suffix, groups)
}
