import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { missingProgram, start } from '../helpers/client-program.js'
import { dataConnections } from '../helpers/client-story.js'
import { writeSamples } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { type TempDir, tempDir } from '../helpers/temp-dir.js'
import { operations } from './operations.js'
import {
  type Client,
  type Family,
  HOSTS,
  type OperationName,
  type Refusal,
  type Site,
  type Task,
  type Version,
} from './programs/client.js'

/** Less than the file that the matrix sends to be refused. */
const QUOTA = '10B'

/** Why a client cannot run here; undefined if it can. */
export function missing({ needs, files = {} }: Client): string | undefined {
  const program = needs.map(missingProgram).find(found => found !== undefined)
  if (program !== undefined) return program
  const [file] = Object.entries(files).find(([path]) => !existsSync(path)) ?? []
  return file === undefined ? undefined : `${files[file]} is not installed`
}

/** Why an address family cannot be used here; undefined if it can. */
export function unreachable(family: Family): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap(found => found ?? [])
  return addresses.some(({ address }) => address === HOSTS[family]) ? undefined : `no ${HOSTS[family]} here`
}

/** A server and a client for the cells of one TLS version and address family. */
export class Row implements AsyncDisposable {
  readonly server: TestServer
  readonly #client: Client
  readonly #version: Version
  readonly #host: string
  readonly #dir: TempDir

  private constructor(client: Client, version: Version, host: string, server: TestServer, dir: TempDir) {
    this.#client = client
    this.#version = version
    this.#host = host
    this.server = server
    this.#dir = dir
  }

  static async open(client: Client, version: Version, family: Family): Promise<Row> {
    const host = HOSTS[family]
    const server = await testServer({
      config: { server: { listen: { host, port: 0 } } },
      users: [
        { compat: { dataSession: client.dataSession } },
        { name: 'reader', grants: { '/': 'read-only' }, compat: { dataSession: client.dataSession } },
        { name: 'strict' },
        { name: 'full', quota: { size: QUOTA }, compat: { dataSession: client.dataSession } },
      ],
      ports: 60,
    })
    return new Row(client, version, host, server, await tempDir())
  }

  /** @throws Error when it does not work */
  async run(operation: OperationName, files: number, limitMs = 30_000): Promise<void> {
    const { home } = this.server
    for (const name of await readdir(home)) await rm(join(home, name), { recursive: true })
    const local = await mkdtemp(join(this.#dir.path, 'local-'))
    await operations[operation]({
      client: this.#client,
      server: this.server,
      site: this.site(),
      home,
      local,
      files,
      limitMs,
    })
  }

  site(user = 'acme', password = PASSWORD): Site {
    const { port, ca } = this.server
    return { host: this.#host, port, user, password, ca, version: this.#version, dir: this.#dir.path }
  }

  /** What the client says when it is refused. @throws Error when it is not */
  async refused(refusal: Refusal): Promise<string> {
    const folder = join(this.#dir.path, 'refused')
    // So many that programs with several connections open them.
    await writeSamples(
      folder,
      Array.from({ length: 10 }, (_, index) => `file ${index}`),
    )
    const { site, task } = this.#refused(refusal, folder)
    for (const { program, args, ...options } of await this.#client.commands(site, task)) {
      const { code, all } = await start(program, args, options).result
      if (code !== 0) return all
    }
    throw new Error('it was not refused')
  }

  #refused(refusal: Refusal, folder: string): { site: Site; task: Task } {
    const { cannot, dataSession } = this.#client
    const put: Task = { do: 'put', pairs: [[join(folder, 'file 0'), '/one']] }
    switch (refusal) {
      case 'wrong password':
        return { site: this.site('acme', 'wrong'), task: { do: 'list', folder: '' } }
      case 'no right':
        return { site: this.site('reader'), task: put }
      case 'over quota':
        return { site: this.site('full'), task: put }
      case 'not resumed': {
        // Whoever resumes, or may, is told not to. Whether wget has its ticket in time depends on the machine.
        const may = dataSession === 'require' || 'upload' in cannot
        const task: Task = may
          ? { do: 'list without session' }
          : { do: 'put tree', pair: [folder, '/folder'] }
        return { site: this.site('strict'), task }
      }
    }
  }

  /** All data connections were of the TLS version that was asked for, and resumed where they had to. */
  async checkConnections(): Promise<void> {
    for (const { version, resumed } of await dataConnections(this.server)) {
      assert.equal(version, this.#version)
      if (this.#client.dataSession === 'require') assert.equal(resumed, true)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.#dir[Symbol.asyncDispose]()
  }
}
