// Checks sarama.
package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/IBM/sarama"
	"tidemill.test/clients/check"
)

var codecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy, "lz4": sarama.CompressionLZ4,
	"zstd": sarama.CompressionZSTD,
}

type client struct {
	sarama.Client
	bootstrap []string
	admin     sarama.ClusterAdmin
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Return.Successes = true
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Net.MaxOpenRequests = 1
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Group.Session.Timeout = 6 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	return config
}

func (c *client) Codecs() []string { return []string{"none", "gzip", "snappy", "lz4", "zstd"} }

func (c *client) CreateTopic(topic string, partitions int) error {
	detail := sarama.TopicDetail{NumPartitions: int32(partitions), ReplicationFactor: 1}
	return c.admin.CreateTopic(topic, &detail, false)
}

func (c *client) Topics() ([]string, error) {
	topics, err := c.admin.ListTopics()
	return slices.Collect(maps.Keys(topics)), err
}

func (c *client) Produce(topic, codec string, records []check.Record) error {
	settings := config()
	settings.Producer.Compression = codecs[codec]
	producer, err := sarama.NewSyncProducer(c.bootstrap, settings)
	if err != nil {
		return err
	}
	batch := make([]*sarama.ProducerMessage, len(records))
	for n, r := range records {
		batch[n] = &sarama.ProducerMessage{
			Topic: topic, Key: sarama.StringEncoder(r.Key), Value: sarama.StringEncoder(r.Value),
			Timestamp: r.Time,
		}
	}
	return errors.Join(producer.SendMessages(batch), producer.Close())
}

type member struct {
	check.Seen
	topic   string
	group   sarama.ConsumerGroup
	session chan sarama.ConsumerGroupSession
	ended   chan error
}

func (c *client) Join(topic, name string) (check.Member, error) {
	group, err := sarama.NewConsumerGroup(c.bootstrap, name, config())
	if err != nil {
		return nil, err
	}
	m := &member{
		topic: topic, group: group,
		session: make(chan sarama.ConsumerGroupSession, 1), ended: make(chan error, 1),
	}
	go func() {
		// Consume returns at each rebalance, and an error only when it cannot go on.
		var err error
		for err == nil {
			err = group.Consume(context.Background(), []string{topic}, m)
		}
		if errors.Is(err, sarama.ErrClosedConsumerGroup) {
			err = nil
		}
		m.ended <- err
	}()
	return m, nil
}

// Setup is called by sarama when partitions are assigned.
func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.Gain(session.Claims()[m.topic])
	m.session <- session
	return nil
}

// Cleanup is called by sarama before partitions are given back.
func (m *member) Cleanup(session sarama.ConsumerGroupSession) error {
	<-m.session
	m.Lose(session.Claims()[m.topic])
	return nil
}

// ConsumeClaim is called by sarama for each partition assigned.
func (m *member) ConsumeClaim(_ sarama.ConsumerGroupSession, c sarama.ConsumerGroupClaim) error {
	for message := range c.Messages() {
		m.Add(message.Key, message.Value, message.Partition, message.Offset)
	}
	return nil
}

func (m *member) Commit() error {
	session := <-m.session
	defer func() { m.session <- session }()
	for partition, next := range m.Next() {
		session.MarkOffset(m.topic, partition, next, "")
	}
	session.Commit()
	return nil
}

func (m *member) Close() error {
	return errors.Join(m.group.Close(), <-m.ended)
}

func (c *client) Lag(topic, group string) (int64, error) {
	partitions, err := c.Partitions(topic)
	if err != nil {
		return 0, err
	}
	asked := map[string][]int32{topic: partitions}
	committed, err := c.admin.ListConsumerGroupOffsets(group, asked)
	if err != nil {
		return 0, err
	}
	var lag int64
	for _, partition := range partitions {
		end, err := c.GetOffset(topic, partition, sarama.OffsetNewest)
		if err != nil {
			return 0, err
		}
		lag += end - committed.GetBlock(topic, partition).Offset
	}
	return lag, nil
}

func (c *client) OffsetFor(topic string, at time.Time) (int64, error) {
	return c.GetOffset(topic, 0, at.UnixMilli())
}

func (c *client) ReadFrom(topic string, offset int64, count int) ([]string, error) {
	consumer, err := sarama.NewConsumerFromClient(c.Client)
	if err != nil {
		return nil, err
	}
	reader, err := consumer.ConsumePartition(topic, 0, offset)
	if err != nil {
		return nil, err
	}
	var values []string
	deadline := time.After(30 * time.Second)
	for len(values) < count {
		select {
		case message := <-reader.Messages():
			values = append(values, string(message.Value))
		case <-deadline:
			return values, errors.New("no more messages come")
		}
	}
	return values, errors.Join(reader.Close(), consumer.Close())
}

func (c *client) Groups() ([]string, error) {
	groups, err := c.admin.ListConsumerGroups()
	return slices.Collect(maps.Keys(groups)), err
}

func (c *client) DeleteGroup(group string) error { return c.admin.DeleteConsumerGroup(group) }

func (c *client) DeleteTopic(topic string) error { return c.admin.DeleteTopic(topic) }

func main() {
	check.Run("github.com/IBM/sarama", "sarama", false,
		func(bootstrap string) (check.Client, error) {
			kafka, err := sarama.NewClient([]string{bootstrap}, config())
			if err != nil {
				return nil, err
			}
			admin, err := sarama.NewClusterAdminFromClient(kafka)
			return &client{Client: kafka, bootstrap: []string{bootstrap}, admin: admin}, err
		})
}
