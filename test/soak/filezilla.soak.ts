import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownerPrefix, partialName } from '../../src/files/partial-name.js'
import { missingProgram, run } from '../helpers/client-program.js'
import { dataConnections, newest } from '../helpers/client-story.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

// The real FileZilla on a screen of its own, driven by mouse and keyboard, photographed at each step. Where things are on
// its screen was measured with FileZilla 3.63 on 1280 × 960 without a window manager.

const SIZE = 3_000_000
const PART = 100_000
const PROGRAMS = ['filezilla', 'Xvfb', 'xdotool', 'import']
const SETTINGS = `<?xml version="1.0"?>
<FileZilla3 version="3.63.0" platform="*nix"><Settings>
<Setting name="Greeting version">3.63.0</Setting>
<Setting name="Update Check">0</Setting>
<Setting name="Window position and size">0 0 0 1280 960 </Setting>
</Settings></FileZilla3>
`
/** Rows of the file lists, beneath the row of the folder above. */
const LOCAL = { 'cut.bin': [60, 548], 'download.bin': [60, 571], 'upload.bin': [60, 594] } as const
const REMOTE = { 'download.bin': [712, 571] } as const
const QUESTION = 'Target file already exists'
/** In a dialog, whose width follows the names in it: from its right edge, and from its top or bottom. */
const OK = [-61, -23] as const
const RESUME = [-301, 151] as const

async function story(): Promise<string> {
  await using server = await testServer()
  await using dir = await tempDir()
  const pictures = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'portcullis-filezilla-')))
  const local = join(dir.path, 'local')
  await mkdir(local)
  await mkdir(join(dir.path, '.config', 'filezilla'), { recursive: true })
  await writeFile(join(dir.path, '.config', 'filezilla', 'filezilla.xml'), SETTINGS)
  const [up, down] = [randomBytes(SIZE), randomBytes(SIZE)]
  await writeFile(join(local, 'upload.bin'), up)
  await writeFile(join(local, 'cut.bin'), up)
  // What an upload that was cut off leaves.
  await writeFile(join(server.home, partialName(ownerPrefix('acme'), 'cut.bin')), up.subarray(0, PART))
  await writeFile(join(local, 'download.bin'), down.subarray(0, PART))
  await writeFile(join(server.home, 'download.bin'), down)
  await writeFile(join(server.home, 'grüße 日本語.txt'), 'hello')

  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x960x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [number] = (await once(screen.stdio[3] ?? screen, 'data')) as [Buffer]
  const env = { ...process.env, DISPLAY: `:${String(number).trim()}`, HOME: dir.path, LC_ALL: 'C.UTF-8' }
  const url = `ftps://acme:${PASSWORD}@127.0.0.1:${server.port}`
  const filezilla = spawn('filezilla', [`--local=${local}`, url], { env, stdio: 'ignore' })

  const mouse = (...args: string[]) => run('xdotool', args, { env })
  const click = async ([x, y]: readonly [number, number], times = 1) =>
    void (await mouse('mousemove', `${x}`, `${y}`, 'click', '--repeat', `${times}`, '--delay', '80', '1'))
  const window = (name: string) => mouse('search', '--sync', '--onlyvisible', '--name', name)
  const clickIn = async (name: string, [x, y]: readonly [number, number]) => {
    const id = (await window(name)).trim()
    const shape = await mouse('getwindowgeometry', '--shell', id)
    const [, width = '', height = ''] = /WIDTH=(\d+)\nHEIGHT=(\d+)/.exec(shape) ?? []
    const at = [Number(width) + x, y < 0 ? Number(height) + y : y]
    await mouse('mousemove', '--window', id, ...at.map(String), 'click', '1')
  }
  const picture = async (name: string) => {
    // What has just happened has still to be drawn.
    await mouse('sleep', '1')
    await run('import', ['-window', 'root', join(pictures, `${name}.png`)], { env })
  }
  const seen = (fields: Record<string, unknown>) =>
    Promise.race([
      recorded(server, fields),
      once(AbortSignal.timeout(20_000), 'abort').then(() =>
        Promise.reject(new Error(JSON.stringify(fields))),
      ),
    ])
  try {
    await window('Unknown certificate')
    await picture('1 certificate')
    await clickIn('Unknown certificate', OK)
    await seen({ event: 'dir.listed' })
    await picture('2 listing')
    await click(LOCAL['cut.bin'], 2)
    await window(QUESTION)
    await picture('2a resume an upload')
    await clickIn(QUESTION, RESUME)
    await clickIn(QUESTION, OK)
    await seen({ event: 'file.uploaded', resumedFrom: PART - 1 })
    await picture('2b upload resumed')
    assert.ok((await readFile(join(server.home, 'cut.bin'))).equals(up))
    await click(LOCAL['upload.bin'], 2)
    await seen({ event: 'file.uploaded', resumedFrom: 0 })
    assert.ok((await readFile(join(server.home, 'upload.bin'))).equals(up))
    await picture('3 uploaded')
    await appendFile(join(local, 'upload.bin'), '!')
    await click(LOCAL['upload.bin'], 2)
    await window(QUESTION)
    await picture('4 overwrite')
    await clickIn(QUESTION, OK)
    await seen({ event: 'file.uploaded', size: SIZE + 1 })
    await picture('5 overwritten')
    await click(REMOTE['download.bin'], 2)
    await window(QUESTION)
    await picture('6 resume')
    await clickIn(QUESTION, RESUME)
    await clickIn(QUESTION, OK)
    await seen({ event: 'file.downloaded', resumedFrom: PART })
    await picture('7 resumed')
    assert.ok((await readFile(join(local, 'download.bin'))).equals(down))
    assert.deepEqual(await dataConnections(server), [{ version: 'TLSv1.3', resumed: true }])
    assert.deepEqual(await newest(server, 'data.rejected'), {})
  } catch (error) {
    await picture('failed')
    throw error
  } finally {
    for (const child of [filezilla, screen]) {
      child.kill()
      await once(child, 'exit')
    }
  }
  return pictures
}

const absent = PROGRAMS.map(missingProgram).find(found => found !== undefined)
console.log(
  absent ? `FileZilla is left out: ${absent}` : `FileZilla: all as it should be, see ${await story()}`,
)
