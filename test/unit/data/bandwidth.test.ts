import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Bandwidth, type Rates, type Share } from '../../../src/data/bandwidth.js'
import { FakeClock } from '../../helpers/fake-clock.js'

const KiB = 1024
const NEVER = new AbortController().signal
/** What may move at once after idleness: a quarter of a second, and the quantum that begins in it. */
const BURST_SECONDS = 0.25 + 1 / 16

const rates = (download: number | undefined, upload?: number): ReadonlyMap<string, Rates> =>
  new Map([['acme', { upload, download }]])

function limited(rate: number | undefined) {
  const clock = new FakeClock()
  const bandwidth = new Bandwidth(rates(rate), clock)
  return { clock, bandwidth, share: () => bandwidth.share('acme', 'download') }
}

/** Everything that promises have brought about. */
const settled = () => new Promise(setImmediate)

/** Moves bytes through a share, as a transfer does. */
async function move(share: Share, bytes: number, note: (bytes: number) => void = () => {}): Promise<void> {
  for (let rest = bytes; rest > 0; ) {
    if (share.left <= 0) await share.more(NEVER)
    const piece = Math.min(rest, share.left)
    share.spend(piece)
    note(piece)
    rest -= piece
  }
}

/** Lets time pass for as long as anybody waits. */
async function run(clock: FakeClock, work: Promise<unknown>): Promise<void> {
  let over = false
  void work.finally(() => {
    over = true
  })
  for (await settled(); !over; await settled()) clock.skip()
}

describe('bandwidth', () => {
  for (const rate of [1 * KiB, 10 * KiB, 500_000, 20 * KiB * KiB, 3 * 2 ** 30])
    test(`at ${rate} bytes a second`, async () => {
      const { clock, share } = limited(rate)
      using one = share()
      await run(clock, move(one, 10 * rate))
      const seconds = clock.now() / 1000
      assert.ok(seconds <= 10, `${seconds}`)
      assert.ok(seconds >= 10 - Math.max(BURST_SECONDS, 0.25 + KiB / rate) - 1e-9, `${seconds}`)
    })

  test('small pieces where it is slow, never more than a MiB at a time', async () => {
    for (const [rate, quantum] of [
      [KiB, KiB],
      [160 * KiB, 10 * KiB],
      [2 ** 40, 2 ** 20],
    ] as const) {
      using share = limited(rate).share()
      await share.more(NEVER)
      assert.equal(share.left, quantum)
    }
  })

  test('is shared by all connections, which take turns', async () => {
    const { clock, bandwidth, share } = limited(160 * KiB)
    const shares = [share(), share(), share()]
    const moved = [0, 0, 0]
    const turns: number[] = []
    const all = Promise.all(
      shares.map((each, index) =>
        move(each, 160 * KiB, bytes => {
          moved[index] = (moved[index] ?? 0) + bytes
          turns.push(index)
        }),
      ),
    )
    clock.advance(0)
    await run(clock, all)
    assert.deepEqual(moved, [160 * KiB, 160 * KiB, 160 * KiB])
    for (let at = 6; at + 3 <= turns.length; at += 3)
      assert.deepEqual(new Set(turns.slice(at, at + 3)), new Set([0, 1, 2]), turns.join())
    assert.ok(clock.now() / 1000 >= 3 - BURST_SECONDS)
    for (const each of shares) each[Symbol.dispose]()
    clock.advance(1000)
    assert.equal(bandwidth.size, 0)
  })

  test('of another user, and in the other direction, is another', async () => {
    const { clock, bandwidth, share } = limited(16 * KiB)
    using one = share()
    void move(one, 100 * KiB)
    await settled()
    assert.equal(clock.pending, 1)
    using other = bandwidth.share('other', 'download')
    using back = bandwidth.share('acme', 'upload')
    for (const free of [other, back]) {
      assert.equal(free.left, Number.POSITIVE_INFINITY)
      await move(free, 2 ** 40)
    }
  })

  test('that was not used is given back', async () => {
    const { clock, bandwidth, share } = limited(160 * KiB)
    // a quarter of a second fits 40 KiB, so thousands of one byte each must not wait
    for (let i = 0; i < 1000; i++) {
      using each = share()
      await move(each, 1)
    }
    assert.equal(clock.now(), 0)
    clock.advance(1000)
    assert.equal(bandwidth.size, 0)
  })

  test('holds for one connection after the other as for one alone', async () => {
    const { clock, share } = limited(160 * KiB)
    const files = async () => {
      for (let i = 0; i < 100; i++) {
        using each = share()
        await move(each, 16 * KiB)
      }
    }
    await run(clock, files())
    assert.ok(clock.now() / 1000 >= 10 - BURST_SECONDS)
  })

  test('more than was left is settled with the next', async () => {
    const { clock, share } = limited(160 * KiB)
    const over = async () => {
      using one = share()
      for (let i = 0; i < 100; i++) {
        while (one.left <= 0) await one.more(NEVER)
        one.spend(16 * KiB)
      }
    }
    await run(clock, over())
    // what the last one moved beyond the 10 KiB it asked for is settled by the next
    assert.ok(clock.now() / 1000 >= 10 - 0.25 - (16 + 6) / 160)
    using next = share()
    const before = clock.now()
    await run(clock, next.more(NEVER))
    assert.ok(clock.now() > before)
  })

  test('new rates hold at once for those who wait', async () => {
    const { clock, bandwidth, share } = limited(KiB)
    using one = share()
    const work = move(one, 10_000 * KiB)
    await settled()
    clock.advance(1000)
    await settled()
    bandwidth.replaceRates(rates(1000 * KiB))
    await run(clock, work)
    assert.ok(clock.now() <= 1000 + 11_000 + 1000, `${clock.now()}`)
    assert.ok(clock.now() >= 10_000)
  })

  test('a limit that goes lets everybody go, one that comes holds', async () => {
    const { clock, bandwidth, share } = limited(KiB)
    using one = share()
    using two = share()
    const work = Promise.all([move(one, 2 ** 30), move(two, 2 ** 30)])
    await settled()
    bandwidth.replaceRates(new Map())
    await work
    assert.equal(clock.now(), 0)
    assert.equal(clock.pending, 0)
    bandwidth.replaceRates(rates(KiB))
    const later = Promise.all([move(one, 10 * KiB), move(two, 10 * KiB)])
    await run(clock, later)
    assert.ok(clock.now() / 1000 >= 16)
  })

  test('a wait ends at once with its signal, and the next in line does not wait for it', async () => {
    const { clock, bandwidth, share } = limited(16 * KiB)
    const shares = [share(), share(), share()] as const
    await run(clock, move(shares[0], 16 * KiB))
    const gone = new AbortController()
    const leaving = shares[1].more(gone.signal)
    const staying = shares[2].more(NEVER)
    gone.abort(new Error('gone'))
    await assert.rejects(leaving, /gone/)
    await assert.rejects(shares[1].more(gone.signal), /gone/)
    const before = clock.now()
    await run(clock, staying)
    assert.ok(clock.now() - before <= 1000 / 16 + 1)
    for (const each of shares) each[Symbol.dispose]()
    clock.advance(1000)
    assert.equal(bandwidth.size, 0)
    assert.equal(clock.pending, 0)
  })

  test('is forgotten when nobody uses it, not before it is full again', async () => {
    const { clock, bandwidth, share } = limited(16 * KiB)
    const one = share()
    await move(one, KiB)
    one[Symbol.dispose]()
    assert.equal(bandwidth.size, 1)
    clock.advance(30)
    share()[Symbol.dispose]()
    clock.advance(30)
    assert.equal(bandwidth.size, 1)
    clock.advance(10)
    assert.equal(bandwidth.size, 0)
    assert.equal(clock.pending, 0)
    bandwidth.share('free', 'upload')[Symbol.dispose]()
    assert.equal(bandwidth.size, 0)
  })

  test('never more than the rate allows, over any stretch of time', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 3000 }),
      bytes: fc.integer({ min: 1, max: 20_000 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4 * KiB, max: 10_000_000 }),
        fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        async (rate, connections) => {
          const { clock, share } = limited(rate)
          const moved: { at: number; bytes: number }[] = []
          const one = async (steps: readonly { wait: number; bytes: number }[]) => {
            for (const { wait, bytes } of steps) {
              await new Promise<void>(resolve => clock.after(wait, resolve))
              using each = share()
              await move(each, bytes, piece => moved.push({ at: clock.now(), bytes: piece }))
            }
          }
          await run(clock, Promise.all(connections.map(one)))
          const burst = rate * 0.25 + Math.max(KiB, rate / 16) * (1 + connections.length)
          for (let first = 0; first < moved.length; first++) {
            let bytes = 0
            for (const { at, bytes: piece } of moved.slice(first)) {
              bytes += piece
              const seconds = (at - (moved[first]?.at ?? 0)) / 1000
              assert.ok(bytes <= rate * seconds + burst + 1, `${bytes} in ${seconds} s at ${rate}`)
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
