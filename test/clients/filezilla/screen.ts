import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../helpers/client-program.js'

/** From the left and from the top, in pixels; in a dialog negative ones are from its right and its bottom edge. */
export type Point = readonly [x: number, y: number]

/** A screen nobody sees, with mouse and keyboard. What is started on it ends with it. */
export class Screen implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv
  readonly #server: ChildProcess
  readonly #pictures: string | undefined
  #taken = 0

  private constructor(server: ChildProcess, env: NodeJS.ProcessEnv, pictures: string | undefined) {
    this.#server = server
    this.env = env
    this.#pictures = pictures
  }

  /** @param pictures a folder for them; none are taken without it */
  static async open(pictures: string | undefined): Promise<Screen> {
    if (pictures !== undefined) await mkdir(pictures, { recursive: true })
    const server = spawn(...mortal('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x960x24']), {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const [number] = (await once(server.stdio[3] ?? server, 'data')) as [Buffer]
    return new Screen(server, { DISPLAY: `:${String(number).trim()}` }, pictures)
  }

  async click([x, y]: Point, times = 1): Promise<void> {
    await this.#do('mousemove', `${x}`, `${y}`, 'click', '--repeat', `${times}`, '--delay', '80', '1')
  }

  async menu([x, y]: Point): Promise<void> {
    await this.#do('mousemove', `${x}`, `${y}`, 'click', '3', 'sleep', '0.3')
  }

  async keys(...names: string[]): Promise<void> {
    await this.#do('key', '--delay', '80', ...names)
  }

  async type(text: string): Promise<void> {
    await this.#do('type', '--delay', '30', text)
  }

  /** Waits for a window with this in its title. */
  window(title: string): Promise<string> {
    return this.#do('search', '--sync', '--onlyvisible', '--name', title)
  }

  async clickIn(title: string, point: Point): Promise<void> {
    const id = (await this.window(title)).trim()
    const shape = await this.#do('getwindowgeometry', '--shell', id)
    const [, width, height] = /WIDTH=(\d+)\nHEIGHT=(\d+)/.exec(shape) ?? []
    const at = [width, height].map((size, axis) => {
      const offset = point[axis] ?? 0
      return String(offset < 0 ? Number(size) + offset : offset)
    })
    await this.#do('mousemove', '--window', id, ...at, 'click', '1')
  }

  /** Into a file with this name, behind a number. */
  async picture(name: string): Promise<void> {
    if (this.#pictures === undefined) return
    this.#taken++
    // What has just happened has still to be drawn.
    await this.#do('sleep', '1')
    await run('import', ['-window', 'root', join(this.#pictures, `${this.#taken} ${name}.png`)], {
      env: this.env,
    })
  }

  #do(...args: string[]): Promise<string> {
    return run('xdotool', args, { env: this.env })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#server)
  }
}

/** A program that dies with the one that starts it, also when that is killed. */
export const mortal = (program: string, args: readonly string[]): [string, string[]] => [
  'setpriv',
  ['--pdeathsig', 'KILL', program, ...args],
]

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  await exit
}
