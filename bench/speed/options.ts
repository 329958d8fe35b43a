import { parseArgs } from 'node:util'

export interface Options {
  /** Ids of servers; undefined: all. */
  readonly only: readonly string[] | undefined
  /** Names of rows; undefined: all. */
  readonly rows: readonly string[] | undefined
  readonly rounds: number
  /** Of the large file, in MiB. */
  readonly size: number
  readonly check: boolean
}

/** What can be named. */
export interface Choices {
  readonly servers: readonly string[]
  readonly rows: readonly string[]
  /** What `--check` measures when nothing else is asked for. */
  readonly checked: { readonly servers: readonly string[]; readonly rows: readonly string[] }
}

export const usage = ({ servers, rows }: Choices): string =>
  `usage: npm run bench -- [--only NAME,…] [--rows NAME,…] [--rounds N] [--size MIB] [--check]

  --only    ${servers.join(', ')}
  --rows    ${rows.join(', ')}
  --rounds  how often each server runs each row; the table shows medians (3)
  --size    of the large file, in MiB (1024; with --check 256)
  --check   exit code 1 when Portcullis falls behind the ratios of bench/speed/thresholds.ts`

/** @throws Error that says what is wrong with the arguments */
export function parseOptions(args: string[], { servers, rows, checked }: Choices): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rows: { type: 'string' },
      rounds: { type: 'string' },
      size: { type: 'string' },
      check: { type: 'boolean', default: false },
    },
  })
  const { check } = values
  return {
    only: names('--only', values.only, servers) ?? (check ? checked.servers : undefined),
    rows: names('--rows', values.rows, rows) ?? (check ? checked.rows : undefined),
    rounds: count('--rounds', values.rounds ?? '3'),
    size: count('--size', values.size ?? (check ? '256' : '1024')),
    check,
  }
}

function names(option: string, text: string | undefined, known: readonly string[]): string[] | undefined {
  const given = text?.split(',')
  for (const name of given ?? [])
    if (!known.includes(name)) throw new Error(`${option}: ${name} is none of ${known.join(', ')}`)
  return given
}

function count(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${option} is a number from 1, not ${text}`)
  return number
}
