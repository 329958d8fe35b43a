import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdir, readdir, readFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { tempDir } from '../helpers/temp-dir.js'
import { ProbedServer } from './probed-server.js'

const RACER = fileURLToPath(new URL('./racer.main.js', import.meta.url))
const CANARY = 'not one byte of this'
const OUTSIDE = ['file', 'only-outside', 'sub', 'sub/file']
/** Long ago: then the first read changes the access time on every file system that records any. */
const UNREAD = new Date('2001-01-01T00:00:00Z')
/** After so many checks without a swap between check and use, the machine shows no race at all. */
const MOST_CHECKS = 200_000

export interface RaceOptions {
  /** Ends after so many commands … */
  readonly commands: number
  /** … or milliseconds. */
  readonly milliseconds: number
  readonly sessions: number
}

interface Race {
  /** How often folder or file were a link and then themselves again. */
  readonly swaps: number
  readonly commands: number
  /** Commands that found what they were about, and those that did not. */
  readonly done: number
  readonly refused: number
  /** How many checks of `lstat` a plain read after it took to be led outside: the race is a real one. */
  readonly checksUntilFooled: number
}

/** Clients work in a folder that another process swaps for a link. @throws AssertionError for any touch of the outside */
export async function swapRace(options: RaceOptions): Promise<Race> {
  const checksUntilFooled = await foolPlainAccess()
  await using dir = await tempDir()
  const outside = await plantOutside(dir.path)
  const config = { uploads: { durability: 'rename' } }
  const grants = {
    '/': [
      'list',
      'read',
      'create',
      'overwrite',
      'append',
      'delete',
      'rename',
      'makeDir',
      'removeDir',
      'setTime',
      'chmod',
    ],
  }
  await using server = await ProbedServer.start(dir.path, { config, users: [{ grants }], ports: 100 }, [
    'acme',
  ])
  const home = join(server.data, 'acme')
  const racer = await startRacer(home, outside)
  const counts = { commands: 0, done: 0, refused: 0 }
  const started = performance.now()
  const goesOn = () =>
    counts.commands < options.commands && performance.now() - started < options.milliseconds
  const work = async (number: number) => {
    using client = await FtpClient.login(server.port)
    for (let step = number; goesOn(); step++) {
      const command = COMMANDS[step % COMMANDS.length] ?? ''
      const codes = await attempt(client, command)
      counts.commands += codes.length
      for (const code of codes) counts[code < 400 ? 'done' : 'refused']++
    }
  }
  await Promise.all(Array.from({ length: options.sessions }, (_, number) => work(number * 3)))
  const swaps = await racer.stop()
  await assertUntouched(outside)
  // That a file was gone from under an upload is for the operator to know; anything else would be a mistake of ours.
  assert.equal(
    server.errors.find(line => !/ELOOP|ENOENT|ENOTDIR/.test(line)),
    undefined,
  )
  return { swaps, checksUntilFooled, ...counts }
}

const COMMANDS = [
  ...[
    'RETR folder/file',
    'STOR folder/new',
    'MLSD folder',
    'DELE folder/file',
    'RETR doc',
    'STOR folder/file',
  ],
  ...[
    'RNFR folder/file',
    'HASH folder/file',
    'MLST folder/file',
    'SIZE doc',
    'MKD folder/made',
    'RMD folder/made',
  ],
  ...[
    'NLST folder',
    'APPE folder/file',
    'STOR doc',
    'MFMT 20200101000000 folder/file',
    'SITE CHMOD 600 folder/file',
  ],
  ...[
    'STAT folder',
    'LIST folder',
    'DELE folder/new',
    'HASH doc',
    'APPE doc',
    'MFMT 20200101000000 doc',
    'RETR folder/sub/file',
  ],
  ...[
    'CWD folder',
    'RETR file',
    'NLST',
    'STOR file',
    'DELE only-outside',
    'CDUP',
    'DELE doc',
    'SITE CHMOD 600 doc',
  ],
]

/** The codes of the final replies. @throws AssertionError when bytes or names from outside come */
async function attempt(client: FtpClient, command: string): Promise<number[]> {
  if (/^(RETR|MLSD|NLST|LIST)/.test(command)) {
    const { bytes, reply } = await client.download(command)
    assert.ok(!bytes.includes(CANARY) && !bytes.includes('only-outside'), `${command}: ${bytes}`)
    return [reply.code]
  }
  if (/^(STOR|APPE)/.test(command)) return [(await client.upload(command, 'public')).code]
  const reply = await client.command(command)
  assert.doesNotMatch(reply.lines.join(), /only-outside/, command)
  if (command.startsWith('HASH') && reply.code === 213)
    assert.doesNotMatch(reply.text, new RegExp(` 0-${CANARY.length - 1} `))
  if (!command.startsWith('RNFR') || reply.code !== 350) return [reply.code]
  return [
    reply.code,
    (await client.command('RNTO folder/moved')).code,
    (await client.command('DELE folder/moved')).code,
  ]
}

async function plantOutside(folder: string): Promise<string> {
  const outside = join(folder, 'outside')
  await plant(outside, { file: CANARY, 'only-outside': CANARY, 'sub/file': CANARY })
  for (const name of ['.', ...OUTSIDE]) await utimes(join(outside, name), UNREAD, UNREAD)
  return outside
}

async function assertUntouched(outside: string): Promise<void> {
  for (const name of ['.', ...OUTSIDE]) {
    const { atimeMs, mtimeMs, mode } = await stat(join(outside, name))
    assert.deepEqual(
      [atimeMs, mtimeMs],
      [UNREAD.getTime(), UNREAD.getTime()],
      `${name} outside was read or changed`,
    )
    assert.notEqual(mode & 0o777, 0o600, `the mode of ${name} outside was changed`)
  }
  assert.deepEqual((await readdir(outside, { recursive: true })).sort(), OUTSIDE)
  for (const name of ['file', 'only-outside', 'sub/file'])
    assert.equal(await readFile(join(outside, name), 'utf8'), CANARY)
}

async function startRacer(folder: string, outside: string) {
  const child = fork(RACER, [folder, outside])
  await once(child, 'message')
  return {
    async stop(): Promise<number> {
      const told = once(child, 'message')
      const exited = once(child, 'exit')
      child.send('stop')
      const [swaps] = (await told) as [number]
      await exited
      return swaps
    },
  }
}

/** Looks first and opens then, as many servers do: how many times until that reads what is outside. */
async function foolPlainAccess(): Promise<number> {
  await using dir = await tempDir()
  const outside = await plantOutside(dir.path)
  const home = join(dir.path, 'home')
  await mkdir(home)
  const racer = await startRacer(home, outside)
  try {
    for (let checks = 1; checks <= MOST_CHECKS; checks++) {
      const found = await lstat(join(home, 'folder')).catch(() => undefined)
      if (!found?.isDirectory()) continue
      if ((await readFile(join(home, 'folder', 'file'), 'utf8').catch(() => '')) === CANARY) return checks
    }
    throw new Error('plain access was never led outside: this machine shows no race')
  } finally {
    await racer.stop()
  }
}
