// kafka-crab-js: librdkafka in Node. It has no admin beside creating the topic it subscribes to,
// and its records have no timestamp: lag, offsets by time and deleting are not checked. The binary
// is built without zstd.
import { KafkaClient } from 'kafka-crab-js'
import { run, until, versionOf } from '../check.mjs'

const CODECS = ['none', 'gzip', 'snappy', 'lz4']

const text = ({ key, payload, partition }) =>
  ({ key: key.toString(), value: payload.toString(), partition })

async function join(client, topic, groupId) {
  const consumer = client.createConsumer({
    groupId,
    enableAutoCommit: false,
    configuration: {
      'auto.offset.reset': 'earliest', 'session.timeout.ms': 6000, 'heartbeat.interval.ms': 200,
    },
  })
  const records = []
  const next = new Map()
  await consumer.subscribe(topic)
  let open = true
  const reading = (async () => {
    while (open) {
      for (const message of await consumer.recvBatch(100, 100)) {
        records.push(text(message))
        next.set(message.partition, message.offset + 1)
      }
    }
  })()
  const assigned = () => consumer.assignment().filter((each) => each.topic === topic)
    .flatMap((each) => each.partitionOffset.map(({ partition }) => partition))
  return {
    records,
    assigned,
    commit: async () => {
      for (const [partition, offset] of next) {
        if (assigned().includes(partition)) {
          await consumer.commit(topic, partition, offset, 'Sync')
        }
      }
    },
    close: async () => {
      // Left while it still reads: otherwise the group waits for the session to end.
      consumer.unsubscribe()
      await until('the member has left', () => assigned().length === 0)
      open = false
      await reading
      await consumer.disconnect()
    },
  }
}

/** A topic is created by a subscription to it. */
async function createTopic(client, topic, numPartitions) {
  const consumer = client.createConsumer({ groupId: `${topic}-creating` })
  await consumer.subscribe([{ topic, createTopic: true, numPartitions, replicas: 1 }])
  await consumer.disconnect()
}

async function readFrom(client, topic, partition, offset, count) {
  const consumer = client.createConsumer({ groupId: `${topic}-seeking`, enableAutoCommit: false })
  await consumer.subscribe([{ topic, partitionOffset: [{ partition, offset: { offset } }] }])
  const values = []
  while (values.length < count) {
    const message = await consumer.recv()
    values.push(text(message).value)
  }
  await consumer.disconnect()
  return values
}

run(async (bootstrap) => {
  const client = new KafkaClient({ brokers: bootstrap, clientId: 'check', logLevel: 'error' })
  const producers = Object.fromEntries(CODECS.map((codec) => [codec, client.createProducer({
    configuration: { 'compression.type': codec, 'enable.idempotence': true },
  })]))
  return {
    name: 'kafka-crab-js',
    version: versionOf('kafka-crab-js'),
    codecs: CODECS,
    createTopic: (topic, partitions) => createTopic(client, topic, partitions),
    produce: (topic, records, codec) => producers[codec].send({
      topic,
      messages: records.map((r) => ({ key: Buffer.from(r.key), payload: Buffer.from(r.value) })),
    }),
    join: (topic, group) => join(client, topic, group),
    readFrom: (...what) => readFrom(client, ...what),
    close: () => {},
  }
})
