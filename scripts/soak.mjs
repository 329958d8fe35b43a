// Compiles everything to build/ and runs the long tests in it, test/soak, one after the other. How long is up to each:
// ROUNDS=2000 npm run soak. `npm run soak -- fuzz --minutes 60` runs only the one of that name and gives it the rest.
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'

rmSync('build', { recursive: true, force: true })
run('node_modules/typescript/bin/tsc')
const [name, ...options] = process.argv.slice(2)
const files = readdirSync('build/test/soak').sort()
if (name !== undefined && !files.includes(`${name}.soak.js`)) {
  console.error(
    `There is no ${name}; there are: ${files.map(file => file.replace('.soak.js', '')).join(' ')}`,
  )
  process.exit(2)
}
for (const file of name === undefined ? files : [`${name}.soak.js`])
  run(`build/test/soak/${file}`, ...options)

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
