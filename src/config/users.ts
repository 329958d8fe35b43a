import { isAbsolute, normalize } from 'node:path'
import * as z from 'zod'
import { CHARSETS } from '../core/charset.js'
import { PRESETS, type Preset, RIGHTS } from '../core/permission.js'
import { parsePath, ROOT } from '../core/virtual-path.js'
import { userCertificate } from './client-certificates.js'
import { checkValidity, hours } from './hours.js'
import { network } from './network.js'
import { checkPasswordHash } from './password-hash.js'
import { count, firstDay, hostPath, lastDay, rate, size } from './scalars.js'
import { totpSecret } from './totp-secret.js'
import { isUserName } from './user-name.js'

const PRESET_NAMES = Object.keys(PRESETS) as [Preset, ...Preset[]]

const NAME = 'a name of 1 to 64 characters without "/" or control characters (a number in quotes)'

const HOME = 'a folder that stays within storage.root, or an absolute path'

const staysWithin = (path: string): boolean =>
  path !== '' &&
  !/[\0\r\n]/.test(path) &&
  (isAbsolute(path) || (normalize(path) !== '..' && !normalize(path).startsWith('../')))

const FOLDER = 'a folder as the client sees it, such as / or /inbox'

const MOUNT_POINT = 'a folder as the client sees it, such as /catalog, but not /'

/** The folder as `core` writes it; undefined when no client could ever name it. */
const normalFolder = (text: string): string | undefined => {
  if (!text.startsWith('/') || text.split('/').includes('..')) return undefined
  try {
    return parsePath(text, ROOT)
  } catch {
    return undefined
  }
}

const RIGHTS_EXPECTED = `${PRESET_NAMES.join(', ')}, or a list of rights (${RIGHTS.join(', ')})`

const rights = () =>
  z.union(
    [
      z.enum(PRESET_NAMES, { error: RIGHTS_EXPECTED }),
      z.array(z.enum(RIGHTS, { error: `one of the rights ${RIGHTS.join(', ')}` }), {
        error: RIGHTS_EXPECTED,
      }),
    ],
    { error: RIGHTS_EXPECTED },
  )

const grants = () =>
  z
    .record(z.string(), rights(), { error: 'folders with their rights, such as { /: read-write }' })
    .superRefine(
      (value, context) => {
        const seen = new Set<string>()
        for (const folder of Object.keys(value ?? {})) {
          const normal = normalFolder(folder)
          const wrong = (message: string, complete: boolean) =>
            context.addIssue({ code: 'custom', path: [folder], message, params: { complete, atKey: true } })
          if (normal === undefined) wrong(FOLDER, false)
          else if (seen.has(normal)) wrong(`is the same folder as another entry (${normal})`, true)
          else seen.add(normal)
        }
      },
      { when: ({ value }) => typeof value === 'object' && value !== null },
    )

export const user = () =>
  z
    .strictObject(
      {
        name: z
          .string({ error: NAME })
          .refine(isUserName, NAME)
          .meta({ title: 'text', description: 'The name the user logs in with.' }),
        passwordHash: z.string({ error: 'an argon2id hash' }).optional().meta({
          title: 'argon2id hash',
          description:
            'argon2id hash in PHC form, at least 19456 KiB (m) and 2 passes (t). Written by `portcullis user add` and `portcullis user passwd`. Only `certificate.password: not-needed` does without.',
        }),
        totp: totpSecret()
          .nullable()
          .prefault(null)
          .describe(
            'Secret of the user’s one-time codes (RFC 6238: SHA-1, six digits, 30 seconds), in base32; with one, a login needs a code as well. Written by `portcullis user totp`. `null`: the password is enough.',
          ),
        home: z.string({ error: HOME }).refine(staysWithin, HOME).optional().meta({
          title: 'folder path',
          description:
            'The host folder that is the user’s `/`: under `storage.root`, or absolute. Left out: the user’s name.',
        }),
        grants: grants().meta({
          title: 'folder: rights',
          description:
            'What the user may do, by folder: a preset (`read-only`, `drop-box`, `read-write`) or a list of rights. The deepest folder over a path decides alone; where there is none, nothing is allowed.',
        }),
        mounts: z
          .array(
            z.strictObject({
              at: z
                .string({ error: MOUNT_POINT })
                .refine(at => normalFolder(at) !== undefined && normalFolder(at) !== ROOT, MOUNT_POINT)
                .meta({ title: 'folder', description: 'Where the user sees it, such as `/catalog`.' }),
              source: hostPath('folder').describe('The host folder.'),
              grants: rights().describe('What the user may do in it: a preset or a list of rights.'),
            }),
            { error: 'a list of mounts: [{ at: /catalog, source: FOLDER, grants: read-only }]' },
          )
          .superRefine(
            (mounts, context) => {
              const points = mounts.map(({ at }) => normalFolder(at))
              for (const [index, point] of points.entries())
                if (point !== undefined && points.indexOf(point) !== index)
                  context.addIssue({
                    code: 'custom',
                    path: [index, 'at'],
                    message: `something is mounted at ${point} already`,
                    params: { complete: true },
                  })
            },
            { when: ({ issues }) => issues.length === 0 },
          )
          .default([])
          .describe('Folders from elsewhere in the user’s tree, each with its own rights.'),
        certificate: userCertificate(),
        allowFrom: z
          .array(network(), { error: 'a list of networks' })
          .min(1, 'at least one network (leave the key out to allow every address)')
          .nullable()
          .prefault(null)
          .describe('Networks the user may log in from, in CIDR form; `null`: any.'),
        validFrom: firstDay()
          .nullable()
          .prefault(null)
          .describe('The first day, in UTC, on which the user may log in; `null`: at once.'),
        expires: lastDay()
          .nullable()
          .prefault(null)
          .describe(
            'The last day, in UTC, on which the user may be logged in; a session that is open at its end is ended. `null`: no end.',
          ),
        hours: hours(),
        disabled: z
          .boolean()
          .default(false)
          .describe('Refuses the user’s logins, with the reply a wrong password gets.'),
        limits: z
          .strictObject({
            sessions: count(1, 100_000)
              .nullable()
              .default(null)
              .describe('Most sessions of this user at a time; `null`: no limit but the server’s.'),
            upload: rate()
              .nullable()
              .prefault(null)
              .describe(
                'What the user may send in a second, over all connections together; `null`: no limit.',
              ),
            download: rate()
              .nullable()
              .prefault(null)
              .describe(
                'What the user may fetch in a second, over all connections together; `null`: no limit.',
              ),
          })
          .prefault({})
          .describe('Bounds for this user.'),
        quota: z
          .strictObject(
            {
              size: size().optional().describe('Most bytes of all files together. Left out: no limit.'),
              files: count(1, Number.MAX_SAFE_INTEGER).optional().describe('Most files. Left out: no limit.'),
            },
            { error: 'a quota such as { size: 50GiB, files: 100000 }, or null' },
          )
          .nullable()
          .default(null)
          .describe(
            'What the home may hold, unfinished uploads included and mounts not ([quotas](operations.md#quotas)); `null`: no limit.',
          ),
        compat: z
          .strictObject({
            dataSession: z
              .enum(['require', 'prefer'])
              .optional()
              .describe('`tls.dataSession` for this user. Left out: as there.'),
            close: z
              .enum(['strict', 'tolerant'])
              .optional()
              .describe('`uploads.close` for this user. Left out: as there.'),
            ascii: z
              .enum(['convert', 'verbatim'])
              .default('convert')
              .describe('Under TYPE A: `convert` line ends on the way, or pass bytes `verbatim`.'),
            charset: z
              .enum(CHARSETS, { error: `one of ${CHARSETS.join(', ')}` })
              .default('utf-8')
              .describe(
                'What the client’s file names are in until it sends `OPTS UTF8 ON` or `LANG` ([old character sets](clients.md#old-character-sets)).',
              ),
          })
          .prefault({})
          .describe('How the server bends for the user’s client.'),
      },
      { error: 'a user: name, passwordHash and grants' },
    )
    .superRefine(
      ({ name, compat }, context) => {
        if (compat.charset === 'utf-8' || /^[\x20-\x7e]*$/.test(name)) return
        context.addIssue({
          code: 'custom',
          path: ['name'],
          message: `has to be ASCII, because compat.charset (${compat.charset}) only holds after the login: take another name, or leave compat.charset out`,
          params: { complete: true },
        })
      },
      { when: ({ issues }) => issues.length === 0 },
    )
    .superRefine(
      (value, context) => {
        checkValidity(value, context)
        checkPasswordHash(value, context)
      },
      { when: ({ value }) => typeof value === 'object' && value !== null },
    )
