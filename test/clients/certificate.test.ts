import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Authority, selfSignedClient } from '../helpers/authority.js'
import { start, testWith } from '../helpers/client-program.js'
import { trustFiles } from '../helpers/client-trust-files.js'
import { digests, writeSamples } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

/** A client program that uploads the file `report` from `folder`. */
type Upload = (
  server: TestServer,
  folder: string,
  files: { readonly cert: string; readonly key: string } | undefined,
  user: string,
) => { readonly args: string[]; readonly env?: NodeJS.ProcessEnv }

const curl =
  (versionArgs: readonly string[]): Upload =>
  (server, folder, files, user) => ({
    args: [
      ...['--disable', '--silent', '--show-error', '--max-time', '20', '--cacert', server.ca],
      ...['--user', user, '--upload-file', join(folder, 'report'), ...versionArgs],
      ...(files ? ['--cert', files.cert, '--key', files.key] : []),
      `ftps://127.0.0.1:${server.port}/`,
    ],
  })

const lftp =
  (priority: string): Upload =>
  (server, folder, files, user) => {
    const [name, password = ''] = user.split(':')
    const script = [
      'set cmd:fail-exit yes',
      'set net:max-retries 1',
      'set net:timeout 10',
      `set ssl:ca-file "${server.ca}"`,
      `set ssl:priority "${priority}"`,
      ...(files ? [`set ssl:cert-file "${files.cert}"`, `set ssl:key-file "${files.key}"`] : []),
      `open -u "${name}","${password}" ftps://127.0.0.1:${server.port}`,
      `put "${join(folder, 'report')}"`,
    ]
    return { args: ['--norc', '-c', script.join('\n')], env: { HOME: folder } }
  }

const PROGRAMS: readonly (readonly [program: string, version: string, Upload])[] = [
  ['curl', 'TLSv1.2', curl(['--tls-max', '1.2'])],
  ['curl', 'TLSv1.3', curl(['--tlsv1.3'])],
  ['lftp', 'TLSv1.2', lftp('NORMAL:-VERS-ALL:+VERS-TLS1.2')],
  ['lftp', 'TLSv1.3', lftp('NORMAL:-VERS-ALL:+VERS-TLS1.3')],
]

for (const [program, version, upload] of PROGRAMS)
  for (const kind of ['issued', 'pinned'] as const)
    testWith(program)(
      `${program} uploads with an ${kind} certificate over ${version}, and not without`,
      async () => {
        await using files = await trustFiles()
        await using dir = await tempDir()
        await writeSamples(dir.path, ['one byte'])
        await writeFile(join(dir.path, 'report'), 'content')
        const authority = await Authority.create()
        const own = kind === 'issued' ? await authority.issue() : await selfSignedClient()
        const shown = { cert: await files.file(own.cert), key: await files.file(own.key) }
        const ca = kind === 'issued' ? await files.file(authority.pem) : null
        const certificate = kind === 'issued' ? { subject: { CN: 'acme' } } : { fingerprint: own.fingerprint }
        await using server = await testServer({
          config: { tls: { clientCertificates: { mode: 'optional', ca } } },
          users: [
            { certificate },
            { name: 'alone', certificate: { ...certificate, password: 'not-needed' } },
          ],
        })
        const run = async (user: string, with_: typeof shown | undefined) => {
          const { args, env = {} } = upload(server, dir.path, with_, user)
          return await start(program, args, { cwd: dir.path, env }).result
        }
        const refused = await run(`acme:${PASSWORD}`, undefined)
        assert.notEqual(refused.code, 0, refused.all)
        assert.deepEqual(await digests(server.home), {})
        const taken = await run(`acme:${PASSWORD}`, shown)
        assert.equal(taken.code, 0, taken.all)
        assert.deepEqual(Object.keys(await digests(server.home)), ['report'])
        const alone = await run('alone:', shown)
        assert.equal(alone.code, 0, alone.all)
      },
    )
