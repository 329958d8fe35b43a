import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testWith } from '../helpers/client-program.js'

const PROGRAM = fileURLToPath(new URL('../../bench/speed/main.js', import.meta.url))
const run = promisify(execFile)

/** How fast anything is depends on the machine; that each kind of client gets its work done is asserted here. */
testWith('curl')('the bench measures Portcullis', async () => {
  const args = ['--only', 'portcullis', '--rows', 'down1,small-up1', '--rounds', '1', '--size', '1']
  const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args])
  assert.doesNotMatch(stderr, /failed/)
  for (const line of ['1 stream down', '4 KiB files up, 1 session'])
    assert.match(stdout, new RegExp(`^\\| ${line} +\\| \\S+ +\\| [\\d.]+ +\\|$`, 'm'))
})
