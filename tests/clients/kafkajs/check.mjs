// KafkaJS. lz4 needs a native codec that is no part of it; zstd is Node's own.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'
import snappy from 'kafkajs-snappy'
import { run, versionOf } from '../check.mjs'

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs
CompressionCodecs[CompressionTypes.Snappy] = snappy
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => zstdCompressSync(encoder.buffer),
  decompress: async (buffer) => zstdDecompressSync(buffer),
})
const CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  zstd: CompressionTypes.ZSTD,
}

async function join(kafka, topic, groupId) {
  const consumer = kafka.consumer({
    groupId, sessionTimeout: 6000, heartbeatInterval: 200, maxWaitTimeInMs: 100,
  })
  const records = []
  const next = new Map()
  let assigned = []
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned = payload.memberAssignment[topic] ?? []
  })
  consumer.on(consumer.events.REBALANCING, () => {
    assigned = []
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      records.push({ key: `${message.key}`, value: `${message.value}`, partition })
      next.set(partition, `${BigInt(message.offset) + 1n}`)
    },
  })
  return {
    records,
    assigned: () => assigned,
    commit: () => consumer.commitOffsets(
      [...next].filter(([partition]) => assigned.includes(partition))
        .map(([partition, offset]) => ({ topic, partition, offset }))),
    close: () => consumer.disconnect(),
  }
}

async function readFrom(kafka, topic, partition, offset, count) {
  const consumer = kafka.consumer({ groupId: `${topic}-seeking`, maxWaitTimeInMs: 100 })
  const values = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => {
        // What was fetched before the seek came into force is not asked for.
        if (Number(message.offset) >= offset) values.push(`${message.value}`)
        if (values.length === count) resolve()
      },
    }).catch(reject)
    consumer.seek({ topic, partition, offset: `${offset}` })
  })
  await consumer.disconnect()
  return values
}

run(async (bootstrap) => {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  return {
    name: 'kafkajs',
    version: versionOf('kafkajs'),
    codecs: Object.keys(CODECS),
    kills: true,
    createTopic: (topic, numPartitions) =>
      admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }),
    topics: () => admin.listTopics(),
    produce: (topic, records, codec) => producer.send({
      topic,
      compression: CODECS[codec],
      messages: records.map((r) => ({ ...r, timestamp: r.timestamp && `${r.timestamp}` })),
    }),
    join: (topic, group) => join(kafka, topic, group),
    lag: async (topic, groupId) => {
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
      const ends = await admin.fetchTopicOffsets(topic)
      const end = (partition) => ends.find((each) => each.partition === partition).offset
      return committed.partitions.reduce((sum, p) => sum + Number(end(p.partition) - p.offset), 0)
    },
    offsetFor: async (topic, partition, timestamp) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timestamp)
      return Number(offsets.find((each) => each.partition === partition).offset)
    },
    readFrom: (...what) => readFrom(kafka, ...what),
    groups: async () => (await admin.listGroups()).groups.map((group) => group.groupId),
    deleteGroup: (group) => admin.deleteGroups([group]),
    deleteTopic: (topic) => admin.deleteTopics({ topics: [topic] }),
    close: () => Promise.all([admin.disconnect(), producer.disconnect()]),
  }
})
