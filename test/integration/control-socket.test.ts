import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { ask, Unreachable } from '../../src/control-socket/client.js'
import { Refusal } from '../../src/control-socket/message.js'
import { PlaceError } from '../../src/control-socket/place.js'
import { type Commands, ControlSocket } from '../../src/control-socket/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const LONG = 30_000
const logged: string[] = []
const LOG = {
  debug() {},
  info() {},
  warn() {},
  error: (_: object, message: string) => void logged.push(message),
}

const COMMANDS: Commands = {
  echo: async ({ argument }) => argument,
  nothing: async () => {},
  refuse: async ({ argument }) => {
    throw new Refusal('not now', { wrong: argument === 'wrong' })
  },
  fail: async () => {
    throw new Error('a secret of the inside')
  },
}

const placed = (reason: RegExp) => (error: unknown) =>
  error instanceof PlaceError && reason.test(error.message)

describe('the socket file', () => {
  test('is the owner’s alone, whatever the umask, and goes with the server', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    const before = process.umask(0)
    try {
      await using _control = await ControlSocket.open(path, COMMANDS, LOG)
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      assert.equal(process.umask(), 0)
    } finally {
      process.umask(before)
    }
    await assert.rejects(lstat(path), { code: 'ENOENT' })
  })

  test('of a server that was killed is replaced', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    const dead = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    await once(dead, 'exit')
    assert.ok((await lstat(path)).isSocket())
    await assert.rejects(ask(path, { command: 'echo' }, LONG), Unreachable)
    await using _control = await ControlSocket.open(path, COMMANDS, LOG)
    assert.deepEqual(await ask(path, { command: 'echo', argument: 'x' }, LONG), { ok: true, result: 'x' })
  })

  test('of a server that runs is left alone and named', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    await using _control = await ControlSocket.open(path, COMMANDS, LOG)
    await assert.rejects(
      ControlSocket.open(path, COMMANDS, LOG),
      placed(new RegExp(`another server answers .*${path}`)),
    )
    assert.equal((await ask(path, { command: 'nothing' }, LONG)).ok, true)
  })

  test('is not made over something else', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    await writeFile(path, 'precious')
    await assert.rejects(ControlSocket.open(path, COMMANDS, LOG), placed(/something else is there/))
    assert.equal((await stat(path)).size, 8)
  })

  test('is not made where everybody may write, or where nothing is', async () => {
    await using dir = await tempDir()
    const folder = join(dir.path, 'open')
    await mkdir(folder)
    await chmod(folder, 0o777)
    await assert.rejects(ControlSocket.open(join(folder, 'c.sock'), COMMANDS, LOG), placed(/chmod o-w/))
    await assert.rejects(
      ControlSocket.open(join(dir.path, 'no', 'c.sock'), COMMANDS, LOG),
      placed(/ENOENT.*make it/),
    )
  })

  test('is not made under a path that is too long, which is said with its length', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'x'.repeat(108), 'c.sock')
    const length = Buffer.byteLength(path)
    await assert.rejects(
      ControlSocket.open(path, COMMANDS, LOG),
      placed(
        new RegExp(
          `path of ${length} bytes, .* a socket 10[37]: set server\\.controlSocket to a shorter one`,
        ),
      ),
    )
  })
})

describe('an answer', () => {
  const CASES: readonly (readonly [command: string, argument: string | undefined, answer: object])[] = [
    ['echo', 'grüße\n"', { ok: true, result: 'grüße\n"' }],
    ['nothing', undefined, { ok: true, result: null }],
    ['refuse', undefined, { ok: false, wrong: false, error: 'not now' }],
    ['refuse', 'wrong', { ok: false, wrong: true, error: 'not now' }],
    [
      'fail',
      undefined,
      { ok: false, wrong: false, error: 'the command failed; the server’s log has the cause' },
    ],
    [
      'toString',
      undefined,
      {
        ok: false,
        wrong: true,
        error: 'the server does not know "toString": is it older than this command?',
      },
    ],
  ]
  for (const [command, argument, answer] of CASES) {
    test(`to ${command} ${argument ?? ''}`, async () => {
      await using dir = await tempDir()
      const path = join(dir.path, 'c.sock')
      await using _control = await ControlSocket.open(path, COMMANDS, LOG)
      assert.deepEqual(await ask(path, { command, argument }, LONG), answer)
    })
  }

  test('of any size up to the bound comes whole', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    const large = 'x'.repeat(8 << 20)
    await using _control = await ControlSocket.open(path, { large: async () => large }, LOG)
    assert.deepEqual(await ask(path, { command: 'large' }, LONG), { ok: true, result: large })
  })

  test('that never comes is not waited for', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    await using _control = await ControlSocket.open(path, { hang: () => new Promise(() => {}) }, LOG)
    await assert.rejects(ask(path, { command: 'hang' }, 50), /gave no answer: nothing came within 0\.05 s/)
  })
})

describe('somebody who asks wrongly', () => {
  const raw = async (path: string, bytes: string, end: boolean): Promise<string> => {
    const socket = connect({ path, allowHalfOpen: true })
    socket.on('error', () => {})
    socket.write(bytes)
    if (end) socket.end()
    return await text(socket).catch(() => '')
  }
  const NO = '{"ok":false,"wrong":true,"error":"not a request"}\n'
  const CASES: readonly (readonly [what: string, bytes: string, end: boolean, answer: string])[] = [
    ['no JSON', 'sessions\n', false, NO],
    ['no object', '[]\n', false, NO],
    ['no command', '{"command":5}\n', false, NO],
    ['more than a request may hold', `{"command":"${'x'.repeat(5000)}`, false, ''],
    ['no end of the line', '{"command":"echo"}', true, ''],
    [
      'two at once: the first is answered',
      '{"command":"echo","argument":"a"}\n{"command":"echo"}\n',
      false,
      '{"ok":true,"result":"a"}\n',
    ],
    ['nothing, until the time is over', '', false, ''],
  ]
  for (const [what, bytes, end, expected] of CASES) {
    test(what, async () => {
      await using dir = await tempDir()
      const path = join(dir.path, 'c.sock')
      const timeouts = { request: bytes === '' ? 50 : LONG, answer: LONG }
      await using _control = await ControlSocket.open(path, COMMANDS, LOG, timeouts)
      assert.equal(await raw(path, bytes, end), expected)
      assert.equal((await ask(path, { command: 'nothing' }, LONG)).ok, true)
    })
  }

  test('more at a time than there are places are turned away', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'c.sock')
    await using _control = await ControlSocket.open(path, COMMANDS, LOG)
    for (let held = 0; held < 16; held += 1) {
      const socket = connect({ path })
      socket.on('error', () => {})
      await once(socket, 'connect')
    }
    await assert.rejects(ask(path, { command: 'nothing' }, LONG), /gave no answer/)
  })
})

test('a server that closes drops whom it has not answered', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'c.sock')
  let asked = () => {}
  const arrived = new Promise<void>(resolve => {
    asked = resolve
  })
  const control = await ControlSocket.open(
    path,
    {
      hang: () => {
        asked()
        return new Promise(() => {})
      },
    },
    LOG,
  )
  const answer = assert.rejects(ask(path, { command: 'hang' }, LONG), /gave no answer/)
  await arrived
  await control[Symbol.asyncDispose]()
  await answer
})

test('what fails inside is in the log', () =>
  assert.ok(logged.includes('a command of the control socket failed')))
