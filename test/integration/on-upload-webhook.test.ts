import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { type Receiver, receiver, SECRET } from '../helpers/receiver.js'
import { recorded } from '../helpers/recorded.js'
import { type TestServer, testServer } from '../helpers/server.js'

type Settings = Readonly<Record<string, unknown>>

const RETRY = { delay: '10ms', maxDelay: '50ms' }

/** The `onUpload` section for a webhook at that address. */
const hookTo = ({ url }: Pick<Receiver, 'url'>, webhook: Settings = {}, others: Settings = {}) => ({
  config: {
    onUpload: {
      webhook: { url, secret: SECRET, ...webhook },
      queue: { folder: 'queue' },
      retry: RETRY,
      ...others,
    },
  },
})

const queueOf = (server: TestServer) => join(dirname(server.auditFile), 'queue')
const events = async (server: TestServer, name: string) =>
  (await server.audit()).filter(({ event }) => event === name)

test('an upload is told of once, signed, with what the audit log knows of it', async () => {
  await using hook = await receiver()
  await using server = await testServer(hookTo(hook))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  assert.equal((await client.upload('APPE a', ' world')).code, 226)
  await recorded(server, { event: 'hook.delivered', path: '/a' })
  await hook.seen(2)
  const whole = hook.received.find(({ notice }) => notice.size === 11)
  assert.ok(whole)
  assert.equal(whole.method, 'POST')
  assert.equal(whole.headers['content-type'], 'application/json')
  const uploaded = (await events(server, 'file.uploaded')).find(({ size }) => size === 11)
  const { id, time, ...told } = whole.notice
  assert.deepEqual(told, {
    event: 'file.uploaded',
    attempt: 1,
    user: 'acme',
    session: uploaded?.session,
    client: uploaded?.client,
    path: '/a',
    size: 11,
    bytes: 6,
    resumedFrom: 5,
    sha256: createHash('sha256').update('hello world').digest('hex'),
    close: 'clean',
  })
  assert.match(String(id), /^[0-9a-f-]{36}$/)
  assert.equal(new Date(String(time)).toISOString(), time)
  assert.ok(hook.received.every(({ signed }) => signed))
  await recorded(server, { event: 'hook.delivered', id, user: 'acme', session: uploaded?.session })
  await server.portcullis.stop('test')
  assert.equal(hook.received.length, 2)
  assert.deepEqual(await readdir(join(queueOf(server), 'webhook')), ['failed'])
})

test('what fails is tried again until it is taken, and recorded once', async () => {
  const answers = [500, 302, undefined, 404, 200]
  await using hook = await receiver({ answer: number => answers[number - 1] })
  await using server = await testServer(hookTo(hook, { timeout: '200ms' }))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  const delivered = await recorded(server, { event: 'hook.delivered' })
  assert.equal(delivered.attempts, 5)
  assert.deepEqual(
    hook.received.map(({ notice }) => notice.attempt),
    [1, 2, 3, 4, 5],
  )
  assert.equal(new Set(hook.received.map(({ notice }) => notice.id)).size, 1)
  const failures = await events(server, 'hook.failed')
  assert.deepEqual(
    failures.map(({ reason, error }) => [reason, error]),
    [['hook_rejected', 'HTTP 500']],
  )
})

test('a receiver that is not there is told when it is', async () => {
  const gone = await receiver()
  await gone[Symbol.asyncDispose]()
  await using server = await testServer(hookTo(gone))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  const failed = await recorded(server, { event: 'hook.failed' })
  assert.equal(failed.reason, 'hook_unreachable')
  assert.equal(failed.error, 'ECONNREFUSED')
  await using hook = await receiver({ port: gone.port })
  await recorded(server, { event: 'hook.delivered', id: failed.id })
  assert.equal(hook.received.length, 1)
  assert.ok(
    !(await readFile(server.auditFile, 'utf8')).includes('token='),
    'the address stays out of the logs',
  )
  assert.ok(!server.logged.join().includes('token='))
})

test('one that never takes it is given up, and the notice is kept aside', async () => {
  await using hook = await receiver({ answer: () => 503 })
  await using server = await testServer(hookTo(hook, {}, { retry: { ...RETRY, giveUpAfter: '60ms' } }))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  const givenUp = await recorded(server, { event: 'hook.given_up', path: '/a', error: 'HTTP 503' })
  await server.portcullis.stop('test')
  assert.deepEqual(await readdir(join(queueOf(server), 'webhook', 'failed')), [`${givenUp.id}.json`])
  assert.equal((await readFile(join(server.home, 'a'))).toString(), 'hello')
})

test('an answer without end is a yes, and is not read to its end', async () => {
  await using hook = await receiver({
    answer: (_number, response) => {
      response.writeHead(200)
      const more = () => {
        while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return
      }
      response.on('drain', more)
      more()
      return undefined
    },
  })
  await using server = await testServer(hookTo(hook))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  assert.equal((await recorded(server, { event: 'hook.delivered' })).attempts, 1)
})

test('by TLS, only to a server whose certificate can be verified', async () => {
  await using hook = await receiver({ tls: true })
  await using server = await testServer(hookTo(hook))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  const failed = await recorded(server, { event: 'hook.failed', reason: 'hook_unreachable' })
  assert.equal(failed.error, 'DEPTH_ZERO_SELF_SIGNED_CERT')
  await server.reload(hookTo(hook, { ca: server.ca }))
  await recorded(server, { event: 'hook.delivered', id: failed.id })
  assert.equal(hook.received.length, 1)
})

test('nothing is told, and no queue is made, where it is off', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  await assert.rejects(stat(queueOf(server)), { code: 'ENOENT' })
})

test('a reload turns it on and off for sessions that are open', async () => {
  await using hook = await receiver()
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  await client.upload('STOR before', 'x')
  assert.deepEqual(await server.reload(hookTo(hook)), [])
  await client.upload('STOR during', 'x')
  await recorded(server, { event: 'hook.delivered', path: '/during' })
  await server.reload({})
  await client.upload('STOR after', 'x')
  await server.portcullis.stop('test')
  assert.deepEqual(
    hook.received.map(({ notice }) => notice.path),
    ['/during'],
  )
})

test('a receiver that takes its time delays no upload and no stop', async () => {
  await using hook = await receiver({ answer: () => undefined })
  await using server = await testServer(hookTo(hook, { timeout: '10m' }))
  using client = await FtpClient.login(server.port)
  for (let number = 1; number <= 20; number++)
    assert.equal((await client.upload(`STOR ${number}`, 'x')).code, 226)
  await hook.seen(4)
  await server.portcullis.stop('test')
  assert.equal(hook.received.length, 4, 'four at a time')
  const waiting = (await readdir(join(queueOf(server), 'webhook'))).filter(name => name.endsWith('.json'))
  assert.equal(waiting.length, 20)
})

test('of a hundred uploads at the same time each is told of once', async () => {
  await using hook = await receiver()
  await using server = await testServer({ ...hookTo(hook), ports: 40 })
  await Promise.all(
    Array.from({ length: 10 }, async (_, session) => {
      using client = await FtpClient.login(server.port)
      for (let number = 0; number < 10; number++)
        assert.equal((await client.upload(`STOR ${session}-${number}`, `${session}-${number}`)).code, 226)
    }),
  )
  await hook.seen(100)
  await server.portcullis.stop('test')
  const paths = hook.received.map(({ notice }) => String(notice.path))
  assert.equal(paths.length, 100)
  assert.equal(new Set(paths).size, 100)
  assert.equal((await events(server, 'hook.delivered')).length, 100)
  for (const { notice } of hook.received)
    assert.equal(notice.sha256, createHash('sha256').update(String(notice.path).slice(1)).digest('hex'))
})

test('a full queue refuses an upload before it begins, and takes the next when there is room', async () => {
  await using hook = await receiver({ answer: number => (number === 1 ? undefined : 204) })
  const settings = [{ timeout: '10m' }, { queue: { folder: 'queue', max: 1 } }] as const
  await using server = await testServer(hookTo(hook, ...settings))
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR a', 'hello')).code, 226)
  await hook.seen(1)
  assert.equal((await client.upload('STOR b', 'hello')).code, 452)
  assert.deepEqual(await readdir(server.home), ['a'])
  await recorded(server, { event: 'file.upload_failed', path: '/b', reason: 'hook_queue_full' })
  await server.reload(hookTo(hook, {}, { queue: { folder: 'queue', max: 2 } }))
  assert.equal((await client.upload('STOR b', 'hello')).code, 226)
})

test('an upload whose notice cannot be kept is not acknowledged', async () => {
  await using hook = await receiver()
  await using server = await testServer(hookTo(hook))
  using client = await FtpClient.login(server.port)
  await rm(queueOf(server), { recursive: true })
  assert.equal((await client.upload('STOR a', 'hello')).code, 451)
  await recorded(server, { event: 'file.upload_failed', path: '/a', reason: 'hook_queue_failed' })
  assert.deepEqual(hook.received, [])
})
