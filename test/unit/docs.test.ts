import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EXAMINATIONS } from '../../src/cli/doctor/doctor.js'
import { keyReference } from '../../src/config/reference.js'
import { EVENT_NAMES } from '../../src/core/audit-event.js'
import { REPLIES } from '../../src/protocol/replies.js'
import { runCli } from '../helpers/run-cli.js'

/** From build/test/unit to the root of the project. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const PAGES = ['README.md', 'CONTRIBUTING.md', 'certs/README.md'].concat(
  readdirSync(join(ROOT, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
)

const FENCE = /^```.*\n([\s\S]*?)^```$/gm
const fences = (page: string): string[] => Array.from(page.matchAll(FENCE), ([, text = '']) => text)
const prose = (page: string): string => page.replace(FENCE, '')
const codeSpans = (text: string): string[] =>
  Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code.replace(/\s+/g, ' '))

/** What stands in the cells of every table row, without the row of dashes. */
const tableRows = (text: string): string[][] =>
  Array.from(text.matchAll(/^\|(.*)\|$/gm), ([, row = '']) => row.split('|').map(cell => cell.trim())).filter(
    ([first]) => !/^-+$/.test(first ?? ''),
  )

describe('links', () => {
  const anchorsOf = (page: string): string[] =>
    Array.from(prose(page).matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    )

  for (const page of PAGES) {
    test(page, () => {
      for (const [, link = ''] of prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? page : join(dirname(page), file)
        assert.ok(existsSync(join(ROOT, target)), `${link} leads nowhere`)
        if (anchor !== undefined)
          assert.ok(anchorsOf(read(target)).includes(anchor), `${link} has no such title`)
      }
    })
  }
})

test('docs/replies.md lists every reply with code and text, and no other', () => {
  const rows = tableRows(read('docs/replies.md')).slice(1)
  assert.deepEqual(
    rows.map(([code, name, text]) => [name, Number(code), text]).sort(),
    Object.entries(REPLIES)
      .map(([name, [code, text]]) => [`\`${name}\``, code, text])
      .sort(),
  )
  for (const [, name, , when] of rows) assert.notEqual(when, '', `${name}: when?`)
})

describe('docs/dependencies.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  const [, atRunTime = '', forDevelopment = ''] = read('docs/dependencies.md').split(/^## /m)
  const tables = { dependencies: atRunTime, devDependencies: forDevelopment }
  for (const [section, text] of Object.entries(tables)) {
    test(`lists the ${section} with their versions and reasons, and no other`, () => {
      const rows = tableRows(text).slice(1)
      assert.deepEqual(
        Object.fromEntries(rows.map(([name = '', version = '']) => [bare(name), bare(version)])),
        manifest[section],
      )
      for (const [name, , why] of rows) assert.notEqual(why, '', `${name}: why?`)
    })
  }
})

test('docs/map.md tells the layers that biome.json checks', () => {
  interface Restriction {
    readonly paths: object
    readonly patterns: readonly { readonly group: readonly string[] }[]
  }
  interface Override {
    readonly includes: readonly string[]
    readonly linter?: { rules?: { style?: { noRestrictedImports?: { options: Restriction } } } }
  }
  const { overrides } = JSON.parse(read('biome.json')) as { overrides: readonly Override[] }
  const checked = overrides.flatMap(({ includes, linter }) => {
    const options = linter?.rules?.style?.noRestrictedImports?.options
    if (options === undefined) return []
    const allowed = options.patterns
      .flatMap(({ group }) => group)
      .flatMap(pattern => /^!\.\.\/(\w+)\/\*\*$/.exec(pattern)?.[1] ?? [])
      .sort()
    const io = Object.keys(options.paths).length === 0 ? 'yes' : 'no'
    return includes.map(folder => [folder.replace(/\/\*\*$/, ''), allowed, io])
  })
  const [, table = ''] = read('docs/map.md').split(/<!-- \/?layers -->/)
  const told = tableRows(table)
    .slice(1)
    .map(([folder = '', allowed = '', io]) => [bare(folder), codeSpans(allowed).sort(), io])
  assert.deepEqual(told, checked)
})

test('docs/map.md names every folder of src', () => {
  const told = new Set(tableRows(read('docs/map.md')).map(([folder = '']) => bare(folder)))
  for (const entry of readdirSync(join(ROOT, 'src'))) assert.ok(told.has(`src/${entry}`), `src/${entry}`)
})

test('docs/operations.md lists what the doctor examines, in its order', () => {
  const [, section = ''] = read('docs/operations.md').split(/^## Doctor$/m)
  const told = tableRows(section.split(/^## /m)[0] ?? '').slice(1)
  assert.deepEqual(
    told.map(([name]) => name),
    [...EXAMINATIONS.map(({ name }) => name), 'trial'],
  )
})

test('every npm script that is mentioned exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const page of PAGES) {
    for (const [call, , script = ''] of read(page).matchAll(/\bnpm run (--\S+ )*([a-z][a-z:-]*)/g))
      assert.ok(script in scripts, `${page}: ${call}`)
    for (const [call, script = ''] of read(page).matchAll(/\bnpm (start|test)\b/g))
      assert.ok(script in scripts, `${page}: ${call}`)
  }
})

test('every portcullis command that is mentioned exists', async () => {
  const known = new Map<string, Promise<readonly string[]>>()
  /** The subcommands that the help of a command lists; none where it has none. */
  const subcommands = (path: readonly string[]) => {
    const key = path.join(' ')
    const found = known.get(key) ?? runCli([...path, '--help'], { cwd: ROOT }).then(({ out }) => listed(out))
    known.set(key, found)
    return found
  }
  const listed = (help: string): string[] =>
    Array.from((help.split(/^Commands:$/m)[1] ?? '').matchAll(/^ {2}([a-z]+)/gm), ([, name = '']) => name)

  let checked = 0
  for (const page of PAGES) {
    for (const [first = '', second] of mentionedCommands(read(page))) {
      // `user add|list` stands for both
      for (const command of first.split('|')) {
        assert.ok((await subcommands([])).includes(command), `${page}: portcullis ${command}`)
        const inner = await subcommands([command])
        if (inner.length === 0 || second === undefined) continue
        for (const word of second.split('|'))
          assert.ok(inner.includes(word), `${page}: portcullis ${command} ${word}`)
      }
      checked++
    }
  }
  assert.ok(checked > 20, `only ${checked} were found: are they looked for in the right way?`)
})

test('every configuration key that is mentioned exists', () => {
  const keys = keyReference().map(({ path }) => path)
  const sections = new Set(keys.map(key => key.split(/[.[]/)[0]))
  const isKey = (name: string) =>
    keys.some(key => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[]`))
  const events: readonly string[] = EVENT_NAMES
  let checked = 0
  for (const page of PAGES) {
    for (const code of codeSpans(prose(read(page)))) {
      // `a.b.c` and `a.b: value`, with users[0] for users[]
      const name = /^([a-z][A-Za-z]*(?:\[\d*\])?(?:\.[A-Za-z]+(?:\[\d*\])?)+)(?::.*)?$/.exec(code)?.[1]
      if (name === undefined || !sections.has(name.split(/[.[]/)[0]) || isOther(name, events)) continue
      assert.ok(isKey(name.replace(/\[\d*\]/g, '[]')), `${page}: ${name}`)
      checked++
    }
  }
  assert.ok(checked > 50, `only ${checked} were found: are they looked for in the right way?`)
})

/** Events and files are written like keys: `audit.recovered`, `server.crt`. */
const FILES = ['server.crt', 'server.key', 'audit.jsonl']
const isOther = (name: string, events: readonly string[]): boolean =>
  events.includes(name) || FILES.includes(name)

const bare = (cell: string): string => cell.replace(/^`|`$/g, '')

/** The words behind `portcullis` where it is a command: at the start of a code span or of a line in a fence. */
function mentionedCommands(page: string): (string | undefined)[][] {
  const texts = [...codeSpans(prose(page)), ...fences(page).flatMap(text => text.split('\n'))]
  return texts.flatMap(text => {
    const words = /^(?:\$ )?portcullis ([a-z|]+)(?: ([a-z|]+))?/.exec(text)
    return words ? [[words[1], words[2]]] : []
  })
}
