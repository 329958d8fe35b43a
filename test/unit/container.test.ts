import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { before, describe, it } from 'node:test'
import { parse } from 'yaml'
import { firstConfig } from '../../src/cli/init-template.js'
import { parseConfig } from '../../src/config/load.js'
import type { Config } from '../../src/config/schema.js'
import { HASH } from '../helpers/config-file.js'

// What a machine without a container engine can tell: that the files agree with each other and with the defaults.

interface Mount {
  readonly source: string
  readonly target: string
  readonly read_only?: boolean
  readonly bind: { readonly create_host_path: boolean }
}

interface Service {
  readonly user: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly cap_add?: readonly string[]
  readonly privileged?: boolean
  readonly security_opt: readonly string[]
  readonly volumes: readonly Mount[]
  readonly environment?: object
  readonly secrets: readonly string[]
  readonly pids_limit: number
  readonly mem_limit: string
}

interface Server extends Service {
  readonly init: boolean
  readonly ports: readonly string[]
  readonly sysctls: Readonly<Record<string, number>>
  readonly stop_grace_period: string
  readonly healthcheck: { readonly test: readonly string[] } & Readonly<Record<string, unknown>>
  readonly ulimits: { readonly nofile: { readonly soft: number; readonly hard: number } }
}

interface Compose {
  readonly services: { readonly portcullis: Server; readonly admin: Service & { network_mode: string } }
  readonly secrets: Readonly<Record<string, object>>
}

const text = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')

const CONFIG = '/config/portcullis.yaml'

let config: Config
let compose: Compose
let dockerfile: string[]

before(async () => {
  config = await parseConfig(firstConfig({ port: 990, user: 'partner', passwordHash: HASH }), CONFIG)
  compose = parse(await text('docker-compose.yml'), { merge: true })
  dockerfile = (await text('Dockerfile'))
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
})

/** What follows an instruction, for each time it is given. */
const given = (instruction: string): string[] =>
  dockerfile
    .filter(line => line.startsWith(`${instruction} `))
    .map(line => line.slice(instruction.length + 1))

const last = (instruction: string): string => given(instruction).at(-1) ?? ''

const range = (ports: readonly number[]): string => `${ports[0]}-${ports.at(-1)}`

describe('docker-compose.yml', () => {
  it('publishes the ports that the configuration has by default, each under its own number', () => {
    const { port } = config.server.listen
    const data = range(config.passive.ports)
    assert.equal(config.passive.ports.length, 100)
    assert.deepEqual(compose.services.portcullis.ports, [
      `0.0.0.0:${port}:${port}`,
      `0.0.0.0:${data}:${data}`,
    ])
  })

  it('mounts every place that the server reads or writes, and lets it write where it must alone', () => {
    const written = [config.storage.root, dirname(config.audit.file), config.onUpload.queue.folder]
    assert.ok(written.includes(dirname(config.server.controlSocket ?? '')))
    const read = [
      dirname(CONFIG),
      ...config.tls.certificates.flatMap(({ cert, key }) => [cert, key].map(dirname)),
    ]
    const { portcullis, admin } = compose.services
    const places = [...new Set([...read, ...written])].sort()
    for (const { volumes } of [portcullis, admin]) {
      assert.deepEqual(volumes.map(({ target }) => target).sort(), places)
      // A folder that is missing must not be made by the engine, which would give it to root.
      assert.ok(volumes.every(({ bind }) => bind.create_host_path === false))
    }
    const writable = portcullis.volumes.filter(mount => mount.read_only !== true)
    assert.deepEqual(writable.map(({ target }) => target).sort(), written.sort())
    assert.ok(admin.volumes.every(mount => mount.read_only !== true))
    assert.deepEqual(
      admin.volumes.map(({ source }) => source),
      portcullis.volumes.map(({ source }) => source),
    )
  })

  for (const name of ['portcullis', 'admin'] as const) {
    it(`gives ${name} no privilege`, () => {
      const service = compose.services[name]
      assert.equal(service.read_only, true)
      assert.deepEqual(service.cap_drop, ['ALL'])
      assert.equal(service.cap_add, undefined)
      assert.equal(service.privileged, undefined)
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'])
      assert.ok(service.pids_limit > 0)
      assert.equal(service.user, last('USER'))
    })
  }

  it('lets the server bind its port without a privilege, and admin have no network', () => {
    assert.deepEqual(compose.services.portcullis.sysctls, { 'net.ipv4.ip_unprivileged_port_start': 0 })
    assert.equal(compose.services.admin.network_mode, 'none')
  })

  it('kills later than the server gives up by itself', () => {
    const [, seconds] = /^(\d+)s$/.exec(compose.services.portcullis.stop_grace_period) ?? []
    assert.ok(Number(seconds) * 1000 >= config.server.shutdownGrace + 10_000)
    assert.equal(compose.services.portcullis.init, true)
  })

  it('allows the memory and the files that the default limits can take', () => {
    const { mem_limit, ulimits } = compose.services.portcullis
    const sessions = config.server.maxSessions
    const transfers = config.passive.ports.length
    // As measured, in KiB; docs/container.md.
    const memory =
      90 * 1024 + sessions * 110 + transfers * 8 * 1024 + config.auth.verification.concurrency * 19_456
    const [, mebibytes] = /^(\d+)m$/.exec(mem_limit) ?? []
    assert.ok(Number(mebibytes) * 1024 >= memory)
    assert.ok(ulimits.nofile.soft >= 100 + 2 * sessions + 2 * transfers)
    assert.equal(ulimits.nofile.hard, ulimits.nofile.soft)
  })

  it('takes the audit key from a file outside and holds no secret', () => {
    assert.deepEqual(Object.keys(compose.secrets), ['audit-key'])
    for (const service of Object.values(compose.services)) {
      assert.deepEqual(service.secrets, ['audit-key'])
      assert.equal(service.environment, undefined)
    }
    for (const secret of Object.values(compose.secrets)) assert.deepEqual(Object.keys(secret), ['file'])
  })

  it('checks the health as the image does', () => {
    const { test, interval, timeout, start_period, retries } = compose.services.portcullis.healthcheck
    const options = `--interval=${interval} --timeout=${timeout} --start-period=${start_period} --retries=${retries}`
    assert.equal(last('HEALTHCHECK'), `${options} CMD ${JSON.stringify(test.slice(1)).replaceAll(',', ', ')}`)
    assert.equal(test[0], 'CMD')
  })
})

describe('Dockerfile', () => {
  it('names its Node once, of the version that CI runs', async () => {
    const [image, ...more] = given('ARG')
    assert.deepEqual(more, [])
    const [, major] = /^NODE_IMAGE=node:(\d+)-slim$/.exec(image ?? '') ?? []
    assert.ok(major, 'the default base image is node:MAJOR-slim')
    for (const base of given('FROM')) assert.match(base, /^\$\{NODE_IMAGE\}( AS [a-z]+)?$/)
    const inCi = (await text('.ci/run')).matchAll(/\bnode[@:]v?(\d+)/g)
    assert.deepEqual(
      Array.from(inCi, ([, version]) => version),
      [major],
      '.ci/run names the same Node, once, as node@MAJOR',
    )
  })

  it('runs the server as nobody that exists on a host, and without a shell', () => {
    assert.match(last('USER'), /^(\d{5}):\1$/)
    const [id] = last('USER').split(':')
    assert.ok(given('RUN').at(-1)?.includes(`"-o", "${id}", "-g", "${id}"`))
    for (const instruction of ['RUN', 'CMD', 'ENTRYPOINT'])
      for (const command of given(instruction)) assert.ok(Array.isArray(JSON.parse(command)), command)
    assert.deepEqual(JSON.parse(last('ENTRYPOINT')), ['node', '/app/dist/main.js'])
    assert.deepEqual(JSON.parse(last('CMD')), ['serve', '--config', CONFIG])
    assert.equal(last('STOPSIGNAL'), 'SIGTERM')
    assert.equal(last('EXPOSE'), `${config.server.listen.port} ${range(config.passive.ports)}`)
  })

  it('makes the folders that are mounted, for the user', () => {
    const made: string[] = JSON.parse(given('RUN').at(-1) ?? '[]')
    const targets = compose.services.portcullis.volumes.map(({ target }) => target)
    assert.deepEqual(made.filter(word => word.startsWith('/')).sort(), targets.sort())
  })

  it('gets exactly what it copies past .dockerignore', async () => {
    const rules = (await text('.dockerignore'))
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
    assert.equal(rules[0], '*')
    const copied = given('COPY')
      .filter(line => !line.startsWith('--from='))
      .flatMap(line => line.split(' ').slice(0, -1))
    assert.deepEqual(rules.slice(1).sort(), [...new Set(copied)].map(path => `!${path}`).sort())
  })
})

describe('every file an image is made from', () => {
  for (const path of ['Dockerfile', 'docker-compose.yml', '.dockerignore', '.npmrc']) {
    it(`${path} holds no secret`, async () => {
      assert.doesNotMatch(
        await text(path),
        /-----BEGIN|\$argon2|_auth|(password|passwd|token|secret)\s*[=:]\s*\S/i,
      )
    })
  }
})
