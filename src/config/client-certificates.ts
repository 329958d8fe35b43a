import { isIP } from 'node:net'
import * as z from 'zod'
import { hostPath } from './scalars.js'

const files = (what: string) => {
  const expected = `the path of a file, or a list of them (${what})`
  return z
    .union([hostPath('file'), z.array(hostPath('file'), { error: expected }).min(1, expected)], {
      error: expected,
    })
    .nullable()
    .default(null)
    .transform(value => (value === null ? [] : [value].flat()))
}

/** `tls.clientCertificates` */
export const clientCertificates = () =>
  z.strictObject({
    mode: z
      .enum(['off', 'optional', 'required'])
      .default('off')
      .describe(
        'Whether clients are asked for a certificate: `off`; `optional`: needed by users who have a `certificate`; `required`: by everyone, before the greeting.',
      ),
    ca: files('PEM or DER')
      .describe(
        'The authorities that issue client certificates, up to the root: a file or a list of files, PEM or DER. `null`: certificates are known by fingerprint alone.',
      )
      .meta({ title: 'file path or list' }),
    crl: files('PEM or DER')
      .describe(
        'Their revocation lists: a file or a list of files, PEM or DER. With any, each authority needs a current one. `null`: nothing is revoked.',
      )
      .meta({ title: 'file path or list' }),
  })

const FINGERPRINT =
  'a SHA-256 fingerprint of 64 hexadecimal digits (portcullis user certificate NAME FILE writes it)'

const plainFingerprint = (text: string): string =>
  text
    .replace(/^sha-?256[:=]/i, '')
    .replaceAll(':', '')
    .toLowerCase()

const fingerprint = () =>
  z
    .string({ error: FINGERPRINT })
    .refine(text => /^[0-9a-f]{64}$/.test(plainFingerprint(text)), FINGERPRINT)
    .transform(plainFingerprint)

const NAME = 'dns:NAME, email:ADDRESS, uri:URI or ip:ADDRESS'

const plainName = (text: string): string => {
  const [, kind = '', value = ''] = /^([A-Za-z]+):(.*)$/.exec(text) ?? []
  const name = kind.toLowerCase()
  return `${name}:${name === 'dns' ? value.toLowerCase() : value}`
}

const alternativeName = () =>
  z
    .string({ error: NAME })
    .refine(text => {
      const [, kind = '', value = ''] = /^([a-z]+):([^\0-\x20\x7f]+)$/.exec(plainName(text)) ?? []
      return ['dns', 'email', 'uri'].includes(kind) ? value !== '' : kind === 'ip' && isIP(value) !== 0
    }, NAME)
    .transform(plainName)

const oneOrMore = <T extends z.ZodType<string, string>>(one: T, expected: string) =>
  z
    .union([one, z.array(one, { error: expected }).min(1, expected).max(20, 'at most 20 entries')], {
      error: expected,
    })
    .transform(value => [value].flat() as string[])

const SUBJECT = 'attributes of the subject with their values, such as { CN: acme, O: Acme Ltd }'

const attribute = () => {
  const expected = 'the text of the attribute as the certificate has it (a number in quotes)'
  return z.string({ error: expected }).min(1, expected).max(256, expected).optional().meta({ title: 'text' })
}

/** `users[].certificate` */
export const userCertificate = () =>
  z
    .strictObject(
      {
        fingerprint: oneOrMore(fingerprint(), FINGERPRINT).optional().meta({
          title: 'SHA-256 or list',
          description:
            'SHA-256 of the certificate, with or without colons: of one, or a list of several during a change.',
        }),
        subject: z
          .strictObject(
            {
              CN: attribute().describe('Common name.'),
              O: attribute().describe('Organisation.'),
              OU: attribute().describe('Organisational unit.'),
              L: attribute().describe('Locality.'),
              ST: attribute().describe('State.'),
              C: attribute().describe('Country.'),
              DC: attribute().describe('Domain component.'),
            },
            { error: SUBJECT },
          )
          .refine(value => Object.keys(value).length > 0, SUBJECT)
          .optional()
          .describe(
            'Attributes that the subject of the certificate has, each once and with exactly this value; needs `tls.clientCertificates.ca`.',
          ),
        san: oneOrMore(alternativeName(), NAME).optional().meta({
          title: 'name or list',
          description:
            'Subject alternative name, `dns:`, `email:`, `uri:` or `ip:` before it; of a list, one is enough. Needs `tls.clientCertificates.ca`.',
        }),
        password: z
          .enum(['required', 'not-needed'])
          .default('required')
          .describe(
            '`required`: beside the certificate. `not-needed`: the certificate is enough, and whatever PASS brings is taken.',
          ),
      },
      { error: 'a certificate such as { fingerprint: SHA256 } or { subject: { CN: acme } }, or null' },
    )
    .refine(
      ({ fingerprint: pinned, subject, san }) =>
        (pinned === undefined) !== (subject === undefined && san === undefined),
      'either a fingerprint, or a subject or san or both',
    )
    .nullable()
    .default(null)
    .describe('The client certificate that the user must have; `null`: none.')

type Wrong = (message: string, path: PropertyKey[]) => void

interface Checked {
  readonly tls?: unknown
  readonly users?: unknown
}

const part = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

/** Keys about client certificates that make no sense without another. */
export function checkClientCertificates({ tls, users }: Checked, wrong: Wrong): void {
  const asked = part(tls, 'clientCertificates')
  const mode = part(asked, 'mode')
  const given = (key: string) => ((part(asked, key) as readonly unknown[] | undefined) ?? []).length > 0
  const at = (key: string): PropertyKey[] => ['tls', 'clientCertificates', key]
  if (given('crl') && !given('ca'))
    wrong('a revocation list says nothing without the ca that signed it', at('crl'))
  for (const [index, user] of (Array.isArray(users) ? users : []).entries()) {
    const certificate = part(user, 'certificate')
    if (typeof certificate !== 'object' || certificate === null) continue
    const path = ['users', index, 'certificate']
    if (mode === 'off')
      wrong(
        'clients are not asked for a certificate: set tls.clientCertificates.mode to optional or required',
        path,
      )
    if (part(certificate, 'password') === 'not-needed' && typeof part(user, 'totp') === 'string')
      wrong(
        'one-time codes (totp) are asked for beside a password only: set it to required, or take totp away',
        [...path, 'password'],
      )
    for (const key of ['subject', 'san'])
      if (part(certificate, key) !== undefined && !given('ca'))
        wrong(
          'anyone can write a name into a certificate: set tls.clientCertificates.ca, or use fingerprint',
          [...path, key],
        )
  }
}
