// Checks segmentio/kafka-go: its Client, Reader and Writer, and its Conn.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/segmentio/kafka-go"
	"tidemill.test/clients/check"
)

var codecs = map[string]kafka.Compression{
	"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd,
}

var background = context.Background()

type client struct {
	kafka.Client
	bootstrap string
	joined    int
}

func (c *client) Codecs() []string { return []string{"none", "gzip", "snappy", "lz4", "zstd"} }

func (c *client) CreateTopic(topic string, partitions int) error {
	config := kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}
	request := &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}}
	response, err := c.CreateTopics(background, request)
	if err != nil {
		return err
	}
	return response.Errors[topic]
}

func (c *client) Topics() ([]string, error) {
	metadata, err := c.Metadata(background, &kafka.MetadataRequest{})
	if err != nil {
		return nil, err
	}
	var topics []string
	for _, topic := range metadata.Topics {
		topics = append(topics, topic.Name)
	}
	return topics, nil
}

func (c *client) Produce(topic, codec string, records []check.Record) error {
	writer := kafka.Writer{
		Addr: c.Addr, Topic: topic, Balancer: kafka.Murmur2Balancer{}, Compression: codecs[codec],
		RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond,
	}
	batch := make([]kafka.Message, len(records))
	for n, r := range records {
		batch[n] = kafka.Message{Key: []byte(r.Key), Value: []byte(r.Value), Time: r.Time}
	}
	return errors.Join(writer.WriteMessages(background, batch...), writer.Close())
}

// A Reader does not tell its partitions: the coordinator is asked, by the member's client id.
type member struct {
	check.Seen
	client          *client
	group, clientId string
	topic           string
	reader          *kafka.Reader
}

func (c *client) Join(topic, group string) (check.Member, error) {
	c.joined++
	id := fmt.Sprintf("%s-%d", group, c.joined)
	m := &member{client: c, group: group, topic: topic, clientId: id}
	m.reader = kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{c.bootstrap}, Topic: topic, GroupID: group,
		Dialer:      &kafka.Dialer{ClientID: id, Timeout: 10 * time.Second},
		StartOffset: kafka.FirstOffset, SessionTimeout: 6 * time.Second,
		HeartbeatInterval: 200 * time.Millisecond, MaxWait: 100 * time.Millisecond,
		JoinGroupBackoff: 200 * time.Millisecond,
	})
	go func() {
		for {
			message, err := m.reader.FetchMessage(background)
			if errors.Is(err, io.EOF) {
				return // The reader was closed.
			}
			// Other errors are told and mended: no coordinator yet, for example.
			if err == nil {
				m.Add(message.Key, message.Value, int32(message.Partition), message.Offset)
			}
		}
	}()
	return m, nil
}

func (m *member) Assigned() []int32 {
	var partitions []int32
	request := &kafka.DescribeGroupsRequest{GroupIDs: []string{m.group}}
	response, err := m.client.DescribeGroups(background, request)
	if err != nil || response.Groups[0].GroupState != "Stable" {
		return nil // Asked again: a group may be new, or moving partitions.
	}
	for _, each := range response.Groups[0].Members {
		for _, assigned := range each.MemberAssignments.Topics {
			if each.ClientID == m.clientId && assigned.Topic == m.topic {
				for _, partition := range assigned.Partitions {
					partitions = append(partitions, int32(partition))
				}
			}
		}
	}
	return partitions
}

func (m *member) Commit() error {
	m.Gain(m.Assigned())
	var messages []kafka.Message
	for partition, next := range m.Next() {
		message := kafka.Message{Topic: m.topic, Partition: int(partition), Offset: next - 1}
		messages = append(messages, message)
	}
	return m.reader.CommitMessages(background, messages...)
}

func (m *member) Close() error { return m.reader.Close() }

func (c *client) offsets(
	topic string, asked ...kafka.OffsetRequest,
) ([]kafka.PartitionOffsets, error) {
	request := &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: asked}}
	response, err := c.ListOffsets(background, request)
	if err != nil {
		return nil, err
	}
	return response.Topics[topic], nil
}

func (c *client) Lag(topic, group string) (int64, error) {
	asked := kafka.TopicAndGroup{Topic: topic, GroupId: group}
	committed, err := c.ConsumerOffsets(background, asked)
	if err != nil {
		return 0, err
	}
	var requests []kafka.OffsetRequest
	for partition := range committed {
		requests = append(requests, kafka.LastOffsetOf(partition))
	}
	ends, err := c.offsets(topic, requests...)
	var lag int64
	for _, end := range ends {
		lag += end.LastOffset - committed[end.Partition]
	}
	return lag, err
}

func (c *client) OffsetFor(topic string, at time.Time) (int64, error) {
	offsets, err := c.offsets(topic, kafka.TimeOffsetOf(0, at))
	if err != nil {
		return 0, err
	}
	for offset := range offsets[0].Offsets {
		return offset, nil
	}
	return 0, errors.New("no offset for that time")
}

func (c *client) ReadFrom(topic string, offset int64, count int) ([]string, error) {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{c.bootstrap}, Topic: topic})
	defer reader.Close()
	if err := reader.SetOffset(offset); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(background, 30*time.Second)
	defer cancel()
	var values []string
	for len(values) < count {
		message, err := reader.ReadMessage(limited)
		if err != nil {
			return nil, err
		}
		values = append(values, string(message.Value))
	}
	return values, nil
}

func (c *client) Groups() ([]string, error) {
	response, err := c.ListGroups(background, &kafka.ListGroupsRequest{})
	if err != nil {
		return nil, err
	}
	var groups []string
	for _, group := range response.Groups {
		groups = append(groups, group.GroupID)
	}
	return groups, nil
}

func (c *client) DeleteGroup(group string) error {
	request := &kafka.DeleteGroupsRequest{GroupIDs: []string{group}}
	response, err := c.DeleteGroups(background, request)
	if err != nil {
		return err
	}
	return response.Errors[group]
}

func (c *client) DeleteTopic(topic string) error {
	request := &kafka.DeleteTopicsRequest{Topics: []string{topic}}
	response, err := c.DeleteTopics(background, request)
	if err != nil {
		return err
	}
	return response.Errors[topic]
}

// CheckOwn writes and reads by Conn, which talks to one broker in versions of its own.
func (c *client) CheckOwn(topic string) (string, error) {
	if err := c.CreateTopic(topic, 1); err != nil {
		return "conn", err
	}
	defer c.DeleteTopic(topic)
	connection, err := kafka.DialLeader(background, "tcp", c.bootstrap, topic, 0)
	if err != nil {
		return "conn", err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(30 * time.Second))
	for _, value := range []string{"one", "two", "three"} {
		if _, err := connection.WriteMessages(kafka.Message{Value: []byte(value)}); err != nil {
			return "conn", err
		}
	}
	first, last, err := connection.ReadOffsets()
	if err != nil || first != 0 || last != 3 {
		return "conn", fmt.Errorf("offsets %d to %d: %w", first, last, err)
	}
	if _, err := connection.Seek(1, kafka.SeekAbsolute); err != nil {
		return "conn", err
	}
	batch := connection.ReadBatch(1, 1<<20)
	for _, expected := range []string{"two", "three"} {
		message, err := batch.ReadMessage()
		if err != nil && !errors.Is(err, io.EOF) || string(message.Value) != expected {
			return "conn", fmt.Errorf("%q is not %q: %w", message.Value, expected, err)
		}
	}
	return "conn", batch.Close()
}

func main() {
	check.Run("github.com/segmentio/kafka-go", "segmentio/kafka-go", false,
		func(bootstrap string) (check.Client, error) {
			address := kafka.TCP(bootstrap)
			return &client{Client: kafka.Client{Addr: address}, bootstrap: bootstrap}, nil
		})
}
