// Checks franz-go: its client kgo, and its admin kadm.
package main

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"tidemill.test/clients/check"
)

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

var background = context.Background()

type client struct {
	bootstrap string
	admin     *kadm.Client
}

func (c *client) open(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(options, kgo.SeedBrokers(c.bootstrap))...)
}

func (c *client) Codecs() []string { return []string{"none", "gzip", "snappy", "lz4", "zstd"} }

func (c *client) CreateTopic(topic string, partitions int) error {
	_, err := c.admin.CreateTopic(background, int32(partitions), 1, nil, topic)
	return err
}

func (c *client) Topics() ([]string, error) {
	topics, err := c.admin.ListTopics(background)
	return topics.Names(), err
}

func (c *client) Produce(topic, codec string, records []check.Record) error {
	producer, err := c.open(kgo.ProducerBatchCompression(codecs[codec]))
	if err != nil {
		return err
	}
	defer producer.Close()
	batch := make([]*kgo.Record, len(records))
	for n, r := range records {
		batch[n] = &kgo.Record{
			Topic: topic, Key: []byte(r.Key), Value: []byte(r.Value), Timestamp: r.Time,
		}
	}
	return producer.ProduceSync(background, batch...).FirstErr()
}

type member struct {
	check.Seen
	topic string
	kafka *kgo.Client
}

func (c *client) Join(topic, group string) (check.Member, error) {
	m := &member{topic: topic}
	kafka, err := c.open(
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(200*time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, of map[string][]int32) {
			m.Gain(of[topic])
		}),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, of map[string][]int32) {
			m.Lose(of[topic])
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, of map[string][]int32) {
			m.Lose(of[topic])
		}),
	)
	if err != nil {
		return nil, err
	}
	m.kafka = kafka
	go func() {
		for {
			fetches := kafka.PollFetches(background)
			if fetches.IsClientClosed() {
				return
			}
			fetches.EachRecord(func(r *kgo.Record) { m.Add(r.Key, r.Value, r.Partition, r.Offset) })
		}
	}()
	return m, nil
}

func (m *member) Commit() error {
	var offsets []*kgo.Record
	for partition, next := range m.Next() {
		record := &kgo.Record{Topic: m.topic, Partition: partition, Offset: next - 1, LeaderEpoch: -1}
		offsets = append(offsets, record)
	}
	return m.kafka.CommitRecords(background, offsets...)
}

func (m *member) Close() error {
	m.kafka.Close()
	return nil
}

func (c *client) Lag(topic, group string) (int64, error) {
	lags, err := c.admin.Lag(background, group)
	if err != nil {
		return 0, err
	}
	if err := lags.Error(); err != nil {
		return 0, err
	}
	return lags[group].Lag.TotalByTopic()[topic].Lag, nil
}

func (c *client) OffsetFor(topic string, at time.Time) (int64, error) {
	offsets, err := c.admin.ListOffsetsAfterMilli(background, at.UnixMilli(), topic)
	if err != nil {
		return 0, err
	}
	return offsets[topic][0].Offset, offsets.Error()
}

func (c *client) ReadFrom(topic string, offset int64, count int) ([]string, error) {
	from := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(offset)}}
	reader, err := c.open(kgo.ConsumePartitions(from))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	limited, cancel := context.WithTimeout(background, 30*time.Second)
	defer cancel()
	var values []string
	for len(values) < count {
		fetches := reader.PollFetches(limited)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values, nil
}

func (c *client) Groups() ([]string, error) {
	groups, err := c.admin.ListGroups(background)
	return groups.Groups(), err
}

func (c *client) DeleteGroup(group string) error {
	response, err := c.admin.DeleteGroups(background, group)
	if err != nil {
		return err
	}
	return response[group].Err
}

func (c *client) DeleteTopic(topic string) error {
	response, err := c.admin.DeleteTopics(background, topic)
	if err != nil {
		return err
	}
	return response[topic].Err
}

func main() {
	check.Run("github.com/twmb/franz-go", "franz-go", true,
		func(bootstrap string) (check.Client, error) {
			c := &client{bootstrap: bootstrap}
			kafka, err := c.open()
			c.admin = kadm.NewClient(kafka)
			return c, err
		})
}
