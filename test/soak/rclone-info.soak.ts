import assert from 'node:assert/strict'
import { rclone } from '../clients/programs/rclone.js'
import { run } from '../helpers/client-program.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

// What `rclone test info` finds out about the server: how long names may be, whether they come back as they were written,
// and whether a file can be sent whose size is not known. It pauses after each name that is refused.

const EXPECTED = [
  // 255 bytes
  'maxFileLength = 255 // for 1 byte unicode characters',
  'maxFileLength = 127 // for 2 byte unicode characters',
  'maxFileLength = 85 // for 3 byte unicode characters',
  'maxFileLength = 63 // for 4 byte unicode characters',
  'canWriteUnnormalized = true',
  'canReadUnnormalized   = true',
  'canReadRenormalized   = false',
  'canStream = true',
]
const LIMIT_MS = 600_000

await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }], ports: 60 })
await using dir = await tempDir()
const { port, ca } = server
const site = { host: '127.0.0.1', port, ca, user: 'acme', password: PASSWORD, dir: dir.path }
const [command] = await rclone.commands({ ...site, version: 'TLSv1.3' }, { do: 'list', folder: '' })
const flags = ['--check-length', '--check-normalization', '--check-streaming']
const found = await run('rclone', ['test', 'info', ...flags, 'r:folder'], {
  env: { ...command?.env },
  limitMs: LIMIT_MS,
})
const lines = found.split('\n').filter(line => line.includes(' = '))
assert.deepEqual(lines, EXPECTED)
console.log(lines.join('\n'))
