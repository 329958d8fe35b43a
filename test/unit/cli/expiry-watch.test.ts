import assert from 'node:assert/strict'
import { type MockTimers, test } from 'node:test'
import { ExpiryWatch } from '../../../src/cli/expiry-watch.js'
import type { AuditEvent } from '../../../src/core/audit-event.js'

const DAY = 86_400_000
const START = Date.parse('2026-03-01T00:00:00Z')

/** Day by day, since the mocked clock stands at the end of a longer leap already when its timers fire. */
function days(timers: MockTimers, count: number): void {
  for (let day = 0; day < count; day++) timers.tick(DAY)
}

/** A watch over certificates that expire so many days after the start. */
function watching(lefts: () => readonly number[], broken = false) {
  const logged: string[] = []
  const recorded: string[] = []
  const at = (level: string) => (_fields: object, message: string) =>
    void logged.push(`${level}: ${message.split(':')[0]}`)
  const watch = new ExpiryWatch({
    certificates: () =>
      lefts().map(left => ({ file: `/${left}.crt`, expires: new Date(START + left * DAY) })),
    audit: {
      record({ reason, detail }: AuditEvent) {
        if (broken) throw new Error('disk full')
        recorded.push(`${reason} ${detail.file} ${detail.days}`)
      },
      requireWritable() {},
    },
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
  })
  const told = () => [logged.splice(0), recorded.splice(0)]
  return { watch, told }
}

test('a certificate that is about to expire is told at once and every day, until another is there', t => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: START })
  let left = [31, 400]
  const { watch, told } = watching(() => left)
  watch.look()
  assert.deepEqual(told(), [[], []])
  days(t.mock.timers, 2)
  const soon = 'warn: a certificate in use expires soon'
  assert.deepEqual(told(), [[soon], ['certificate_expires_soon /31.crt 29']])
  days(t.mock.timers, 30)
  const [logged, recorded] = told()
  assert.equal(logged?.length, 30)
  assert.equal(logged.at(-1), 'error: a certificate in use has expired')
  assert.equal(recorded?.at(-1), 'certificate_expired /31.crt -1')
  left = [400]
  days(t.mock.timers, 10)
  assert.deepEqual(told(), [[], []])
  watch[Symbol.dispose]()
})

test('looking again keeps one timer, and disposing none', t => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: START })
  const { watch, told } = watching(() => [5])
  watch.look()
  watch.look()
  assert.equal(told()[0]?.length, 2)
  t.mock.timers.tick(DAY)
  assert.equal(told()[0]?.length, 1)
  watch[Symbol.dispose]()
  days(t.mock.timers, 3)
  assert.deepEqual(told(), [[], []])
})

test('an audit log that cannot be written does not end the watch', t => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: START })
  const { watch, told } = watching(() => [5], true)
  watch.look()
  assert.deepEqual(told()[0], [
    'warn: a certificate in use expires soon',
    'error: an event could not be written to the audit log',
  ])
  watch[Symbol.dispose]()
})
