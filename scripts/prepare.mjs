// Makes a fresh clone ready to run: installs what the lock file names, if that is not there yet, then builds.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const installed = 'node_modules/.package-lock.json'
const wanted = 'package-lock.json'

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) npm('ci')
npm('run', '--silent', 'build')

function npm(...args) {
  const cli = process.env.npm_execpath
  const [command, first] = cli ? [process.execPath, [cli]] : ['npm', []]
  const { status } = spawnSync(command, [...first, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
