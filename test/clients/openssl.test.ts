import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { testWith } from '../helpers/client-program.js'
import { newest } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { testServer } from '../helpers/server.js'

const testOpenssl = testWith('openssl')

/** Sends a file that begins after a change of keys, and then ends as it is told to: the reply, and what was recorded. */
async function upload(change: Change, end: 'close' | 'SIGKILL') {
  await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
  using client = await FtpClient.login(server.port)
  const port = await client.passive()
  assert.equal((await client.command('STOR file')).code, 150)
  const child = spawn('openssl', [
    's_client',
    '-tls1_3',
    '-connect',
    `127.0.0.1:${port}`,
    '-CAfile',
    server.ca,
  ])
  child.stdout.resume()
  await recorded(server, { event: 'data.opened' })
  if (change !== 'none') {
    const told = createInterface({ input: child.stderr })
    child.stdin.write(`${change}\n`)
    for await (const line of told) if (line === 'KEYUPDATE') break
  }
  await new Promise<void>(resolve => child.stdin.write('the content', () => resolve()))
  if (end === 'close') child.stdin.end()
  else child.kill(end)
  const [{ code }] = await Promise.all([client.reply(), once(child, 'close')])
  const { close, size } = await newest(server, 'file.uploaded')
  return { code, close, size }
}

/** `K` asks the server to change its keys too, `k` does not (openssl-s_client(1)). */
type Change = 'none' | 'k' | 'K'

for (const change of ['none', 'k', 'K'] as const) {
  testOpenssl(`an upload whose client changes its keys (${change}) is whole`, async () => {
    assert.deepEqual(await upload(change, 'close'), { code: 226, close: 'clean', size: 11 })
  })

  testOpenssl(`one that is killed after it (${change}) is not`, async () => {
    assert.deepEqual(await upload(change, 'SIGKILL'), { code: 426, close: undefined, size: undefined })
  })
}

testOpenssl('a renegotiation is refused (CVE-2011-1473), and disturbs nobody', async () => {
  await using server = await testServer()
  using other = await FtpClient.login(server.port)
  const child = spawn('openssl', ['s_client', '-tls1_2', '-connect', `127.0.0.1:${server.port}`])
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const closed = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('220 ')) break
  child.stdout.resume()
  child.stdin.write('R\n')
  await closed
  assert.match(said, /RENEGOTIATING/)
  assert.match(said, /no renegotiation/)
  assert.equal((await other.command('NOOP')).code, 200)
})
