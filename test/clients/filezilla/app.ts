import { type ChildProcess, spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { authority, type Site } from '../programs/client.js'
import { ended, mortal, type Point, type Screen } from './screen.js'

// Where things are was measured with FileZilla 3.63 on 1280 × 960 without a window manager.

const CERTIFICATE = 'Unknown certificate'
export const EXISTS = 'Target file already exists'
export const DELETE = 'Confirmation needed'
/** In a dialog, whose width follows the names in it. */
export const OK: Point = [-61, -23]
export const RESUME: Point = [-301, 151]
export const YES: Point = [-76, -16]

const LIMIT_MS = 20_000
const QUEUE_LIMIT_MS = 600_000
/** Rows of the file lists, the first beneath the row of the folder above. */
const ROW = { first: 548, height: 23 }
const COLUMN = { local: 60, remote: 712 } as const
/** Beneath the rows. */
const FREE = 850

type List = keyof typeof COLUMN

interface Options {
  /** What it does about files that are there already. */
  readonly existing?: 'ask' | 'overwrite' | 'resume'
  /** How many transfers at a time, 10 at most. */
  readonly transfers?: number
  /** In KiB each second. */
  readonly uploadLimit?: number
}

const EXISTING = { ask: 0, overwrite: 1, resume: 5 } as const

/** FileZilla while it is connected, or tries to. */
export class FileZilla implements AsyncDisposable {
  readonly screen: Screen
  readonly #program: ChildProcess
  readonly #home: string

  private constructor(screen: Screen, program: ChildProcess, home: string) {
    this.screen = screen
    this.#program = program
    this.#home = home
  }

  /** Starts it in these folders of both sides, and trusts the certificate. */
  static async open(
    screen: Screen,
    site: Site,
    local: string,
    remote: string,
    options: Options = {},
  ): Promise<FileZilla> {
    const home = site.dir
    await mkdir(join(home, '.config', 'filezilla'), { recursive: true })
    await writeFile(join(home, '.config', 'filezilla', 'filezilla.xml'), settings(home, options))
    await writeFile(join(home, 'log'), '')
    await writeFile(join(home, 'gnutls.conf'), site.version === 'TLSv1.2' ? NO_TLS_1_3 : '')
    const url = `ftps://${site.user}:${site.password}@${authority(site)}${remote}`
    const program = spawn(...mortal('filezilla', [`--local=${local}`, url]), {
      env: {
        ...process.env,
        ...screen.env,
        HOME: home,
        LC_ALL: 'C.UTF-8',
        GNUTLS_SYSTEM_PRIORITY_FILE: join(home, 'gnutls.conf'),
        // Without it the setting for raw listings does not hold.
        FZDEBUG: '1',
      },
      stdio: 'ignore',
    })
    const app = new FileZilla(screen, program, home)
    await app.answer(CERTIFICATE, OK)
    return app
  }

  /** Everything it said so far. */
  log(): Promise<string> {
    return readFile(join(this.#home, 'log'), 'utf8')
  }

  /** The names of the listing it got, in the order in which it shows them. */
  async names(): Promise<string[]> {
    const log = await this.log()
    const named = (type: string) =>
      Array.from(log.matchAll(new RegExp(`type=${type};.*?; (.*)$`, 'gm')), ([, name = '']) => name).sort()
    return [...named('dir'), ...named('file')]
  }

  /** Waits until the server has answered this command with 250. */
  done(command: string): Promise<void> {
    return this.said(new RegExp(`Command: ${command}\\b.*\n.*Response: 250 `))
  }

  /** Waits until it has said this. @throws Error with what it said instead */
  said(pattern: RegExp): Promise<void> {
    return this.#until('log', async () => pattern.test(await this.log()))
  }

  /** Waits until the queue is done, whether well or not. */
  async queueDone(): Promise<void> {
    const file = join(this.#home, 'done')
    await this.#until('done', () => exists(file), QUEUE_LIMIT_MS)
    await rm(file)
  }

  async #until(name: string, come: () => Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
    const changes = new AbortController()
    const limit = setTimeout(() => changes.abort(), limitMs)
    try {
      await new Promise<void>((resolve, reject) => {
        const look = async () => {
          if (await come()) resolve()
        }
        const watcher = watch(this.#home, (_event, file) => {
          if (file === name) void look().catch(reject)
        })
        changes.signal.addEventListener('abort', () => {
          watcher.close()
          void this.log().then(log => reject(new Error(`FileZilla hangs: ${log}`)), reject)
        })
        void look().catch(reject)
      })
    } finally {
      clearTimeout(limit)
      changes.abort()
    }
  }

  /** Selects the row with this index. */
  async select(list: List, row: number): Promise<void> {
    await this.screen.click([COLUMN[list], ROW.first + row * ROW.height])
  }

  /** Transfers the row with this index. */
  async transfer(list: List, row: number): Promise<void> {
    await this.screen.click([COLUMN[list], ROW.first + row * ROW.height], 2)
  }

  /** Transfers everything in the list, folders and all. */
  async transferAll(list: List): Promise<void> {
    await this.screen.click([COLUMN[list], FREE])
    await this.screen.keys('ctrl+a')
    await this.screen.menu([COLUMN[list], ROW.first])
    await this.screen.keys('Down', 'Return')
  }

  /** Stops what is being transferred, or goes on with it. */
  async toggleQueue(): Promise<void> {
    await this.screen.keys('ctrl+p')
  }

  async answer(question: string, ...points: Point[]): Promise<void> {
    await this.screen.window(question)
    await this.screen.picture(question)
    for (const point of points) await this.screen.clickIn(question, point)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#program)
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

const NO_TLS_1_3 = '[overrides]\ndisabled-version = tls1.3\n'

function settings(home: string, { existing = 'ask', transfers = 2, uploadLimit = 0 }: Options): string {
  const values = {
    'Greeting version': '3.63.0',
    'Update Check': 0,
    'Window position and size': '0 0 0 1280 960 ',
    'Logging file': join(home, 'log'),
    'Logging show detailed logs': 1,
    'Logging Raw Listing': 1,
    // Otherwise it changes line ends in files with names such as a.txt, or without a dot.
    'Ascii Binary mode': 2,
    'File exists action upload': EXISTING[existing],
    'File exists action download': EXISTING[existing],
    'Number of Transfers': transfers,
    'Enable speed limits': uploadLimit > 0 ? 1 : 0,
    'Speedlimit outbound': uploadLimit,
    // a double click transfers folders rather than entering them
    'Dir doubleclick action': 1,
    // it runs a command
    'Queue completion action': 4,
    'Queue completion command': `touch ${join(home, 'done')}`,
  }
  const lines = Object.entries(values).map(([name, value]) => `<Setting name="${name}">${value}</Setting>`)
  return `<?xml version="1.0"?>
<FileZilla3 version="3.63.0" platform="*nix"><Settings>
${lines.join('\n')}
</Settings></FileZilla3>
`
}
