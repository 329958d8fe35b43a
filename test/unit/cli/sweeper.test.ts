import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { Sweeper } from '../../../src/cli/sweeper.js'

const HOUR = 3_600_000

/** A sweeper whose rounds the test lets finish. */
function sweeping(homes: () => string[]) {
  const swept: string[] = []
  const logged: string[] = []
  const waiting: (() => void)[] = []
  const at = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`)
  const sweeper = new Sweeper({
    homes,
    storage: () => ({
      async sweepPartials(home, signal) {
        swept.push(home)
        if (home === '/absent') throw new Error('absent')
        await new Promise<void>(resolve => {
          waiting.push(resolve)
          signal.addEventListener('abort', () => resolve())
        })
        return home.length
      },
    }),
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
  })
  /** Lets the folder that is being swept be done. */
  const next = async () => {
    waiting.shift()?.()
    await new Promise(setImmediate)
  }
  return { sweeper, swept, logged, next }
}

describe('the sweeper', () => {
  test('goes through every home once now, and again every hour, with the homes there are then', async t => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    let homes = ['/a', '/b', '/a']
    const { sweeper, swept, next } = sweeping(() => homes)
    const started = sweeper.start()
    await next()
    await next()
    await started
    assert.deepEqual(swept, ['/a', '/b'])
    t.mock.timers.tick(HOUR - 1)
    assert.equal(swept.length, 2)
    homes = ['/c']
    t.mock.timers.tick(1)
    assert.deepEqual(swept.slice(2), ['/c'])
    t.mock.timers.tick(5 * HOUR)
    assert.equal(swept.length, 3, 'a round was begun beside one that is not done')
    await next()
    t.mock.timers.tick(HOUR)
    assert.equal(swept.length, 4)
    await sweeper[Symbol.asyncDispose]()
    t.mock.timers.tick(5 * HOUR)
    assert.equal(swept.length, 4)
  })

  test('passes over a home that cannot be opened, and says so', async () => {
    const { sweeper, swept, logged, next } = sweeping(() => ['/absent', '/a'])
    const started = sweeper.start()
    await new Promise(setImmediate)
    await next()
    await started
    assert.deepEqual(swept, ['/absent', '/a'])
    assert.deepEqual(logged, [
      'warn: the home of a user cannot be opened',
      'info: removed what was left of unfinished uploads',
    ])
    await sweeper[Symbol.asyncDispose]()
  })

  test('ends in the middle of a round, at the start too, and leaves no timer', async () => {
    const { sweeper, swept } = sweeping(() => ['/a', '/b'])
    const timer = mock.method(globalThis, 'setInterval')
    const started = sweeper.start()
    await sweeper[Symbol.asyncDispose]()
    await started
    assert.deepEqual(swept, ['/a'])
    assert.equal(timer.mock.callCount(), 0)
    timer.mock.restore()
  })
})
