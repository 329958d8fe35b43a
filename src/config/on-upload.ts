import { isAbsolute } from 'node:path'
import * as z from 'zod'
import { count, duration, hostPath } from './scalars.js'

const URL_EXPECTED = 'an https:// or http:// address without user name, password or #fragment'

const isWebAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, hash } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && hash === ''
}

const SECRET = 'a secret of at least 32 characters'
const ARGV = 'a list: the absolute path of a program, then its arguments'

const concurrency = (initial: number, what: string) =>
  count(1, 64).default(initial).describe(`${what} at a time.`)

const webhook = () =>
  z.strictObject(
    {
      url: z
        .string({ error: URL_EXPECTED })
        .refine(isWebAddress, URL_EXPECTED)
        .meta({ title: 'web address', description: 'Where the POST goes. Redirects are not followed.' }),
      secret: z.string({ error: SECRET }).min(32, SECRET).meta({
        title: 'text',
        description:
          'Key of the HMAC-SHA256 in the header `X-Portcullis-Signature`, which proves to the receiver who sent it. Best given as `!file`.',
      }),
      ca: hostPath('file')
        .nullable()
        .default(null)
        .describe(
          'PEM file with the authorities that may have signed the receiver’s certificate; `null`: those that Node knows.',
        ),
      timeout: duration().prefault('10s').describe('For one attempt.'),
      concurrency: concurrency(4, 'Attempts'),
    },
    { error: 'a section with url and secret, or null' },
  )

const command = () =>
  z.strictObject(
    {
      argv: z
        .array(z.string({ error: ARGV }).regex(/^[^\0]*$/, ARGV), { error: ARGV })
        .refine(([program]) => program !== undefined && isAbsolute(program), ARGV)
        .meta({
          title: 'list of texts',
          description: 'The program by its absolute path, and its arguments. No shell reads them.',
        }),
      timeout: duration()
        .prefault('5m')
        .describe('For one run; then it is ended, and with it all that it started.'),
      concurrency: concurrency(1, 'Runs'),
    },
    { error: 'a section with argv, or null' },
  )

export const onUpload = () =>
  z.strictObject({
    webhook: webhook()
      .nullable()
      .prefault(null)
      .meta({ title: 'section', description: 'A server that is told by a signed POST.' }),
    command: command()
      .nullable()
      .prefault(null)
      .meta({ title: 'section', description: 'A program that is run, with the upload in its environment.' }),
    queue: z
      .strictObject({
        folder: hostPath('folder')
          .default('../queue')
          .describe('Holds what is still to be told, over restarts and crashes. One server only.'),
        max: count(1, 1_000_000)
          .default(100_000)
          .describe(
            'Most notices that wait for one hook; uploads are refused when there is no room for another.',
          ),
        keepFailed: count(0, 1_000_000)
          .default(1000)
          .describe('Notices of one hook that are kept in `failed` after they were given up.'),
      })
      .prefault({})
      .describe('What waits.'),
    retry: z
      .strictObject({
        delay: duration()
          .prefault('2s')
          .describe(
            'From a failed attempt to the next; doubled each time, and up to half of it less by chance.',
          ),
        maxDelay: duration().prefault('10m').describe('Most that it grows to.'),
        giveUpAfter: duration().prefault('3d').describe('From the upload to the last attempt.'),
      })
      .prefault({})
      .describe('When an attempt failed.'),
  })
