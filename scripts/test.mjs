// Compiles everything to build/ and runs the tests in it with Node's own runner, each file in a process of its own.
// `npm test -- WORD …` runs only the files whose path contains one of the words.
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'

const words = process.argv.slice(2)
const tsc = 'node_modules/typescript/bin/tsc'

rmSync('build', { recursive: true, force: true })
run(tsc)
const files = readdirSync('build/test', { recursive: true })
  .filter(file => file.endsWith('.test.js'))
  .filter(file => words.length === 0 || words.some(word => file.includes(word)))
  .map(file => `build/test/${file}`)
  .sort()
run('--test', '--test-concurrency=4', '--test-timeout=120000', '--test-reporter=spec', ...files)

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
