// Compiles everything to build/ and runs the long tests in it, test/soak, one after the other. How long is up to each:
// ROUNDS=2000 npm run soak.
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'

rmSync('build', { recursive: true, force: true })
run('node_modules/typescript/bin/tsc')
for (const file of readdirSync('build/test/soak').sort()) run(`build/test/soak/${file}`)

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
