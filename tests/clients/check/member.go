package check

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Record is what was sent, or read.
type Record struct {
	Key, Value string
	Partition  int32
	// Of a record to be sent; zero: now.
	Time time.Time
}

// Member is a member of a group that reads, from the beginning where nothing is committed.
type Member interface {
	Records() []Record
	Assigned() []int32
	// Commit commits all that was read of the partitions assigned.
	Commit() error
	// Close leaves the group.
	Close() error
}

// Seen is what a member has read and is assigned; its methods may be called at any time.
type Seen struct {
	lock     sync.Mutex
	records  []Record
	next     map[int32]int64
	assigned map[int32]bool
}

// Add adds a record that was read.
func (s *Seen) Add(key, value []byte, partition int32, offset int64) {
	s.lock.Lock()
	defer s.lock.Unlock()
	record := Record{Key: string(key), Value: string(value), Partition: partition}
	s.records = append(s.records, record)
	if s.next == nil {
		s.next = map[int32]int64{}
	}
	s.next[partition] = offset + 1
}

// Gain adds partitions to those assigned.
func (s *Seen) Gain(partitions []int32) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.assigned == nil {
		s.assigned = map[int32]bool{}
	}
	for _, partition := range partitions {
		s.assigned[partition] = true
	}
}

// Lose takes partitions from those assigned.
func (s *Seen) Lose(partitions []int32) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, partition := range partitions {
		delete(s.assigned, partition)
	}
}

// Records are all that were read.
func (s *Seen) Records() []Record {
	s.lock.Lock()
	defer s.lock.Unlock()
	return slices.Clone(s.records)
}

// Assigned are the partitions assigned now.
func (s *Seen) Assigned() []int32 {
	s.lock.Lock()
	defer s.lock.Unlock()
	return slices.Collect(maps.Keys(s.assigned))
}

// Next are the offsets to commit, of the partitions assigned.
func (s *Seen) Next() map[int32]int64 {
	s.lock.Lock()
	defer s.lock.Unlock()
	next := map[int32]int64{}
	for partition := range s.assigned {
		if offset, read := s.next[partition]; read {
			next[partition] = offset
		}
	}
	return next
}
