import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { ServerProcess } from '../helpers/server-process.js'
import { tempDir } from '../helpers/temp-dir.js'

// OpenSSL asks the operating system how late it is, so the server runs with a clock that a file moves (libfaketime).

const MACHINE = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64']
const LIBRARY = `/usr/lib/${MACHINE}-linux-gnu/faketime/libfaketime.so.1`
const required = process.env.PORTCULLIS_REQUIRE_CLIENTS === '1'
const skip = !required && !existsSync(LIBRARY) && 'faketime is not installed'

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`data connections resume the session after 2 hours, and after 25 no more, ${version}`, {
    skip,
  }, async () => {
    await using dir = await tempDir()
    const clock = join(dir.path, 'clock')
    await writeFile(clock, '+0\n')
    await using server = await ServerProcess.in(dir.path, {
      config: { server: { listen: { host: '127.0.0.1', port: 0 } } },
    })
    const port = await server.start({
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      // Timers go on as they are: only the time of day moves.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    })
    using client = await FtpClient.login(port, { minVersion: version, maxVersion: version })
    const now = async () => (await client.download('NLST')).reply.code
    // In one go: a file that is empty for a moment would be read as some other time.
    const shift = async (hours: number) => {
      await writeFile(`${clock}.new`, `+${hours * 3600}\n`)
      await rename(`${clock}.new`, clock)
    }
    assert.equal(await now(), 226)
    await shift(2)
    assert.equal(await now(), 226)
    await shift(25)
    // Under TLS 1.2 it is refused in the middle of the handshake, which a download would report in place of the reply.
    const socket = await client.data(await client.passive())
    socket.resume()
    assert.equal((await client.command('NLST')).code, 150)
    assert.equal((await client.reply()).code, 522)
  })
