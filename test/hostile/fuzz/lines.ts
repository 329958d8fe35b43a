import { ATTACKS, SITE_WORDS, VERBS, WORDS } from './dictionary.js'
import { PATHS } from './paths.js'
import type { Random } from './random.js'

/** They take a path, and something comes of it. */
const FILE_VERBS = [
  'CWD',
  'MKD',
  'RMD',
  'DELE',
  'SIZE',
  'MDTM',
  'MLST',
  'RNFR',
  'RNTO',
  'STAT',
  'XMD5',
  'HASH',
].concat([
  'RETR',
  'STOR',
  'APPE',
  'STOU',
  'LIST',
  'NLST',
  'MLSD',
  'XCWD',
  'XMKD',
  'XRMD',
  'CDUP',
  'PWD',
  'REST',
])
const TRANSFER_VERBS = ['RETR', 'STOR', 'APPE', 'STOU', 'LIST', 'NLST', 'MLSD']
const TRANSFER_PATHS = ['file', 'sub/file', 'sub', '', 'new', 'other', 'large', 'link', 'linkdir', 'a']
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r\r\n', ' \r\n', '\0\r\n']
/** Between one end of the line limits and the other: 512 before login, 4096 after it. */
const LENGTHS = [500, 511, 512, 513, 4080, 4095, 4096, 4097, 8000]

/** A line of a stream with its end, latin1. */
export function anyLine(random: Random): string {
  return body(random) + random.pick(ENDS)
}

/** The command of a transfer, without an end: one that may well succeed. */
export const transferLine = (random: Random): string =>
  random.once(8)
    ? `${random.pick(TRANSFER_VERBS)} ${oneLine(random.pick(PATHS))}`
    : `${random.pick(TRANSFER_VERBS)} ${random.pick(TRANSFER_PATHS)}`.trimEnd()

/** A line end within would make two of it. */
const oneLine = (text: string): string => text.replaceAll('\n', '')

function body(random: Random): string {
  const kind = random.below(100)
  if (kind < 30) return `${random.pick(FILE_VERBS)} ${random.pick(PATHS)}`
  if (kind < 55) return `${random.pick(VERBS)} ${random.pick(random.once(2) ? PATHS : WORDS)}`
  if (kind < 65) return random.pick(VERBS)
  if (kind < 70) return `SITE ${random.pick(SITE_WORDS)} ${random.pick(random.once(2) ? PATHS : WORDS)}`
  if (kind < 80) return random.pick(ATTACKS)
  if (kind < 99) return mutated(random, body(random))
  return random.once(8) ? logsOut(random) : `NOOP ${'x'.repeat(random.pick(LENGTHS))}`
}

/** Rare: it ends what the rest of the stream could reach, and a wrong password is slow. */
const logsOut = (random: Random): string =>
  random.pick(['QUIT', `USER ${random.pick(PATHS)}`, 'USER acme', `PASS ${random.pick(PATHS)}`])

function mutated(random: Random, line: string): string {
  let text = line
  for (let left = random.between(1, 3); left > 0; left--) text = random.pick(MUTATIONS)(text, random)
  return text.slice(0, 9000)
}

type Mutation = (text: string, random: Random) => string

const cut = (text: string, at: number, count: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + count)

const MUTATIONS: readonly Mutation[] = [
  (text, random) => cut(text, random.below(text.length + 1), 1, random.bytes(1).toString('latin1')),
  (text, random) => cut(text, random.below(text.length + 1), 0, random.bytes(2).toString('latin1')),
  (text, random) => cut(text, random.below(text.length + 1), random.between(1, 4), ''),
  (text, random) =>
    cut(text, random.below(text.length + 1), 0, random.pick(['\0', '\r', '\n', '\xff', ' ', '"', '\\'])),
  (text, random) =>
    cut(text, random.below(text.length + 1), 0, random.pick(['%s', '%n', '../', '/', '*', '\xff\xf4'])),
  (text, random) => text + text.slice(random.below(text.length + 1)),
  (text, random) => text.padEnd(random.pick(LENGTHS), random.pick(['A', '/', ' ', '\xff', '*'])),
  (text, random) => (random.once(2) ? text.toLowerCase() : text.toUpperCase()),
  (text, random) => `${random.pick(VERBS)} ${text}`,
  (text, random) => text + random.pick(PATHS),
]
