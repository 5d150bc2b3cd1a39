// What every Node client is checked for. A client is an object with the functions used below; see
// kafkajs/check.mjs. What a client cannot do is left out of its object, and then not checked. A
// record is { key, value, partition, timestamp }, of strings and numbers.
//
//   check.mjs BOOTSTRAP                      runs the checks, one line each: "ok NAME"
//   check.mjs BOOTSTRAP member TOPIC GROUP   is a member of the group until it is killed
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

const PARTITIONS = 4
const KEYS = 8
const LIMIT_MS = 30_000
// Young enough that no retention deletes it.
const BOUNDARY_MS = Date.now() - 3_600_000

export const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version

/** Asks again and again until `holds` gives something true. */
export async function until(what, holds) {
  const deadline = Date.now() + LIMIT_MS
  for (;;) {
    const got = await holds()
    if (got) return got
    if (Date.now() > deadline) throw new Error(`not within ${LIMIT_MS} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const keyed = (mark, count) =>
  Array.from({ length: count }, (_, n) => ({
    key: `key-${n % KEYS}`,
    value: `${mark} ${n} ${'Grüße ✓ '.repeat(5)}`,
  }))

const values = (records) => records.map((record) => record.value).sort()

/** Same values as sent; a key is in one partition; the values of a key are in the order sent. */
function sameAsSent(read, sent) {
  const [got, all] = [new Set(values(read)), new Set(values(sent))]
  const [lost, strange] = [all.difference(got).size, got.difference(all).size]
  assert.deepEqual({ lost, strange, count: read.length }, { lost: 0, strange: 0, count: all.size })
  for (let n = 0; n < KEYS; n++) {
    const ofKey = (records) => records.filter((record) => record.key === `key-${n}`)
    assert.deepEqual(ofKey(read).map((r) => r.value), ofKey(sent).map((r) => r.value))
    assert.equal(new Set(ofKey(read).map((r) => r.partition)).size, 1, `partitions of key-${n}`)
  }
}

const ok = (name) => console.log(`ok ${name}`)

async function producing(client, topic) {
  await client.createTopic(topic, PARTITIONS)
  if (client.topics) {
    await until('the topic is listed', async () => (await client.topics()).includes(topic))
  }
  ok('create-topic')
  const sent = []
  for (const codec of client.codecs) {
    const records = keyed(codec, 10 * KEYS)
    await client.produce(topic, records, codec)
    sent.push(...records)
    ok(`produce-${codec}`)
  }
  return sent
}

async function committing(client, topic, group, sent) {
  const first = await client.join(topic, group)
  await until('the group reads all', () => first.records.length >= sent.length)
  sameAsSent(first.records, sent)
  ok('group-read')
  await first.commit()
  await first.close()

  const more = keyed('more', 5 * KEYS)
  await client.produce(topic, more, 'none')
  const second = await client.join(topic, group)
  await until('a new member reads on', () => second.records.length >= more.length)
  sameAsSent(second.records, more)
  await second.commit()
  await second.close()
  sent.push(...more)
  ok('resume')

  const unread = keyed('unread', KEYS)
  await client.produce(topic, unread, 'none')
  sent.push(...unread)
  if (!client.lag) return
  await until('the lag is what nobody has read', async () =>
    (await client.lag(topic, group)) === unread.length)
  ok('lag')
}

async function balancing(client, topic, group, sent) {
  const has = (count) => (member) => member.assigned().length === count
  const first = await client.join(topic, group)
  await until('one member has all partitions', () => has(PARTITIONS)(first))
  const second = await client.join(topic, group)
  await until('two members have two partitions each', () => [first, second].every(has(2)))
  const both = [...first.assigned(), ...second.assigned()].sort()
  assert.deepEqual(both, [0, 1, 2, 3])
  const produced = keyed('both', 5 * KEYS)
  await client.produce(topic, produced, 'none')
  sent.push(...produced)
  const seen = () => new Set([...first.records, ...second.records].map((record) => record.value))
  await until('two members read all', () => seen().size === sent.length)
  ok('rebalance')

  await second.commit()
  await second.close()
  await takeOver(client, topic, first, sent, 'leave')
  if (client.kills) {
    const [program, bootstrap] = process.argv.slice(1)
    const child = spawn(process.execPath, [program, bootstrap, 'member', topic, group])
    try {
      await until('the other process has two partitions', () => has(2)(first))
    } finally {
      child.kill('SIGKILL')
    }
    await takeOver(client, topic, first, sent, 'kill')
  }
  await first.commit()
  await first.close()
}

async function takeOver(client, topic, member, sent, name) {
  await until('all partitions are taken over', () => member.assigned().length === PARTITIONS)
  const produced = keyed(name, 5 * KEYS)
  await client.produce(topic, produced, 'none')
  sent.push(...produced)
  const last = new Set(values(produced))
  await until('the partitions that were taken over are read', () =>
    new Set(values(member.records).filter((value) => last.has(value))).size === last.size)
  ok(name)
}

async function seeking(client, topic) {
  await client.createTopic(topic, 1)
  const timed = keyed('timed', 20).map((record, n) => ({
    ...record, partition: 0, timestamp: BOUNDARY_MS + 1000 * n,
  }))
  await client.produce(topic, timed, 'none')
  if (client.offsetFor) {
    assert.equal(await client.offsetFor(topic, 0, BOUNDARY_MS + 1000 * 7 - 1), 7)
    ok('time')
  }
  const read = await client.readFrom(topic, 0, 7, 13)
  assert.deepEqual(read, timed.slice(7).map((record) => record.value))
  ok('seek')
}

async function deleting(client, topics, groups) {
  if (client.deleteGroup) {
    for (const group of groups) await client.deleteGroup(group)
    await until('the groups are gone', async () =>
      !(await client.groups()).some((group) => groups.includes(group)))
    ok('delete-group')
  }
  if (!client.deleteTopic) return
  for (const topic of topics) await client.deleteTopic(topic)
  await until('the topics are gone', async () =>
    !(await client.topics()).some((topic) => topics.includes(topic)))
  ok('delete-topic')
}

async function all(client) {
  const suffix = randomBytes(4).toString('hex')
  const topics = [`checked-${suffix}`, `timed-${suffix}`]
  const groups = [`committing-${suffix}`, `balancing-${suffix}`]
  console.log(`client ${client.name} ${client.version}`)
  const sent = await producing(client, topics[0])
  await committing(client, topics[0], groups[0], sent)
  await balancing(client, topics[0], groups[1], sent)
  await seeking(client, topics[1])
  await deleting(client, topics, groups)
  await client.close()
}

/** Runs what the command line says on the client that `make` gives for a bootstrap address. */
export async function run(make) {
  const [bootstrap, role, topic, group] = process.argv.slice(2)
  try {
    const client = await make(bootstrap)
    if (role === 'member') {
      await client.join(topic, group)
      return
    }
    await all(client)
    process.exit(0)
  } catch (error) {
    console.error(error)
    process.exit(1)
  }
}
