import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { judgeRoom } from '../../../../src/cli/doctor/disk.js'
import {
  FILES_PER_SESSION,
  FILES_PER_TRANSFER,
  judgeFiles,
  judgeMemory,
  judgeWorkers,
  MEMORY_AT_START,
  MEMORY_PER_SESSION,
  memoryLimit,
  openFiles,
} from '../../../../src/cli/doctor/limits.js'
import { listeningInodes } from '../../../../src/cli/doctor/server-process.js'
import { parseConfig } from '../../../../src/config/load.js'
import { TLS, USERS } from '../../../helpers/config-file.js'

const configOf = (text: string) => parseConfig(`${text}\n${TLS}${USERS}`, '/nowhere/portcullis.yaml')
const MIB = 2 ** 20
const GIB = 2 ** 30

test('the numbers are those of docs/container.md', () => {
  const page = readFileSync(new URL('../../../../../docs/container.md', import.meta.url), 'utf8')
  const text = page.replace(/\s+/g, ' ')
  for (const said of [
    `${MEMORY_AT_START / MIB} MiB when started, ${MEMORY_PER_SESSION / 1024} KiB for each session`,
    `${FILES_PER_SESSION} open files for each session and ${FILES_PER_TRANSFER} more for each transfer`,
  ])
    assert.ok(text.includes(said), said)
})

test('open files in /proc/PID/limits', () => {
  const line = (soft: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}                 524288               files     \n`
  assert.equal(openFiles(line('1024')), 1024)
  assert.equal(openFiles(line('unlimited')), Number.POSITIVE_INFINITY)
  assert.equal(openFiles(''), undefined)
})

const NO_WORKERS = 'workers: 0'
const FILES: readonly (readonly [server: string, allowed: number, expected: RegExp])[] = [
  [NO_WORKERS, 8192, /^ok .*2000 sessions and 100 transfers take 4230$/],
  [NO_WORKERS, Number.POSITIVE_INFINITY, /^ok the server may have any number of files/],
  [NO_WORKERS, 1024, /^problem .*1024 .*LimitNOFILE=8192.*lower server\.maxSessions/],
  [`${NO_WORKERS}, maxSessions: 400`, 1024, /^problem .*LimitNOFILE=2048/],
  [`${NO_WORKERS}, maxSessions: 300`, 1024, /^ok/],
  ['workers: 4, maxSessions: 20', 1024, /20 sessions and 20 transfers take 130$/],
]

for (const [server, allowed, expected] of FILES)
  test(`open files: ${allowed} for { ${server} }`, async () => {
    const { verdict, text } = judgeFiles(await configOf(`server: { ${server} }`), allowed, 'the server')
    assert.match(`${verdict} ${text}`, expected)
  })

const MEMORY: readonly (readonly [limit: number | undefined, total: number, expected: RegExp])[] = [
  [undefined, 4 * GIB, /^ok the machine has 4096 MiB .*about 790 MiB$/],
  [GIB, 4 * GIB, /^ok the control group may use 1024 MiB/],
  [256 * MIB, 4 * GIB, /^warning the control group may use 256 MiB.*MemoryMax/],
  [9e18, 512 * MIB, /^warning the machine has 512 MiB/],
]

for (const [limit, total, expected] of MEMORY)
  test(`memory: limit ${limit}, machine ${total}`, async () => {
    const [found] = judgeMemory(await configOf(`server: { ${NO_WORKERS} }`), limit, total)
    assert.match(`${found?.verdict} ${found?.text}`, expected)
  })

const GROUPS: readonly (readonly [
  what: string,
  membership: string,
  files: Record<string, string>,
  limit: number | undefined,
])[] = [
  ['none', '0::/\n', {}, undefined],
  ['no limit', '0::/a\n', { '/sys/fs/cgroup/a/memory.max': 'max\n' }, undefined],
  ['a container', '0::/\n', { '/sys/fs/cgroup/memory.max': '1073741824\n' }, GIB],
  [
    'the least on the way up',
    '0::/system.slice/portcullis.service\n',
    {
      '/sys/fs/cgroup/system.slice/portcullis.service/memory.max': '2147483648\n',
      '/sys/fs/cgroup/system.slice/memory.max': '1073741824\n',
    },
    GIB,
  ],
  [
    'version 1',
    '5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n',
    { '/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': '268435456\n' },
    256 * MIB,
  ],
]

for (const [what, membership, files, limit] of GROUPS)
  test(`control group: ${what}`, async () => {
    assert.equal(await memoryLimit(membership, async file => files[file]), limit)
  })

test('workers for the cores there are', async () => {
  const judged = async (workers: string, cores: number) => {
    const { verdict, text } = judgeWorkers(await configOf(`server: { workers: ${workers} }`), cores)
    return `${verdict} ${text}`
  }
  assert.equal(await judged('auto', 8), 'ok 8 cores, 7 workers')
  assert.equal(await judged('0', 1), 'ok one core, no workers')
  assert.match(await judged('8', 2), /^warning 2 cores, 8 workers: .*server\.workers to auto$/)
})

const ROOMS: readonly (readonly [bytes: number, files: number, expected: RegExp])[] = [
  [50 * GIB, 1e6, /^ok 50 GiB and 1000000 files are free for homes \(\/srv\)$/],
  [50 * GIB, Number.POSITIVE_INFINITY, /^ok 50 GiB are free/],
  [500 * MIB, 1e6, /^warning only 500 MiB .*make room$/],
  [50 * GIB, 5000, /^warning only 50 GiB and 5000 files/],
  [5 * MIB, 1e6, /^problem only 5\.0 MiB .*make room$/],
  [50 * GIB, 0, /^problem only 50 GiB and 0 files/],
]

for (const [freeBytes, freeFiles, expected] of ROOMS)
  test(`room: ${freeBytes} bytes, ${freeFiles} files`, () => {
    const { verdict, text } = judgeRoom({ holds: 'homes', folder: '/srv', freeBytes, freeFiles })
    assert.match(`${verdict} ${text}`, expected)
  })

test('who listens, in /proc/net/tcp', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:03DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0',
    '   1: 0100007F:03DE 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1',
    '   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0',
    '',
  ].join('\n')
  assert.deepEqual(listeningInodes(table, 990), ['4711'])
  assert.deepEqual(listeningInodes('', 990), [])
})
