// Compiles src to dist and makes dist/main.js, the `portcullis` command, executable.
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'

const tsc = 'node_modules/typescript/bin/tsc'

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
chmodSync('dist/main.js', 0o755)
