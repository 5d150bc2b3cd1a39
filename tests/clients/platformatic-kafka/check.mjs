// @platformatic/kafka.
import { Admin, Consumer, ListOffsetTimestamps, Producer, stringDeserializers, stringSerializers }
  from '@platformatic/kafka'
import { run, versionOf } from '../check.mjs'

const NAME = '@platformatic/kafka'

async function join(base, topic, groupId) {
  const consumer = new Consumer({
    ...base, groupId, deserializers: stringDeserializers,
    sessionTimeout: 6000, rebalanceTimeout: 10_000, heartbeatInterval: 200, maxWaitTime: 100,
  })
  const records = []
  const next = new Map()
  const stream = await consumer.consume({
    topics: [topic], autocommit: false, mode: 'committed', fallbackMode: 'earliest',
  })
  stream.on('data', ({ key, value, partition, offset }) => {
    records.push({ key, value, partition })
    next.set(partition, offset + 1n)
  })
  const assigned = () =>
    consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? []
  return {
    records,
    assigned,
    commit: () => consumer.commit({
      offsets: [...next].filter(([partition]) => assigned().includes(partition))
        .map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 })),
    }),
    close: async () => {
      await stream.close()
      await consumer.close()
    },
  }
}

async function readFrom(base, topic, partition, offset, count) {
  const groupId = `${topic}-seeking`
  const consumer = new Consumer({ ...base, groupId, deserializers: stringDeserializers })
  const stream = await consumer.consume({
    topics: [topic], autocommit: false, mode: 'manual', maxWaitTime: 100,
    offsets: [{ topic, partition, offset: BigInt(offset) }],
  })
  const values = []
  for await (const { value } of stream) {
    values.push(value)
    if (values.length === count) break
  }
  await consumer.close(true)
  return values
}

async function offsetsAt(admin, topic, partitions, timestamp) {
  const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }))
  const [listed] = await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] })
  return new Map(listed.partitions.map((each) => [each.partitionIndex, Number(each.offset)]))
}

async function lag(admin, topic, group) {
  const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [group] })
  const { partitions } = topics.find((each) => each.name === topic)
  const indexes = partitions.map((partition) => partition.partitionIndex)
  const ends = await offsetsAt(admin, topic, indexes, ListOffsetTimestamps.LATEST)
  return partitions.reduce(
    (sum, each) => sum + ends.get(each.partitionIndex) - Number(each.committedOffset), 0)
}

run(async (bootstrap) => {
  const base = { clientId: 'check', bootstrapBrokers: [bootstrap] }
  const admin = new Admin(base)
  const producer = new Producer({ ...base, idempotent: true, serializers: stringSerializers })
  return {
    name: NAME,
    version: versionOf(NAME),
    codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    createTopic: (topic, partitions) =>
      admin.createTopics({ topics: [topic], partitions, replicas: 1 }),
    topics: () => admin.listTopics(),
    produce: (topic, records, compression) => producer.send({
      compression,
      messages: records.map((record) => ({
        topic, ...record, timestamp: record.timestamp && BigInt(record.timestamp),
      })),
    }),
    join: (topic, group) => join(base, topic, group),
    lag: (topic, group) => lag(admin, topic, group),
    offsetFor: async (topic, partition, timestamp) =>
      (await offsetsAt(admin, topic, [partition], BigInt(timestamp))).get(partition),
    readFrom: (...what) => readFrom(base, ...what),
    groups: async () => [...(await admin.listGroups()).keys()],
    deleteGroup: (group) => admin.deleteGroups({ groups: [group] }),
    deleteTopic: (topic) => admin.deleteTopics({ topics: [topic] }),
    close: () => Promise.all([admin.close(), producer.close()]),
  }
})
