import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { Fault } from '../../../src/core/fault.js'
import { Calls } from '../../../src/data/worker-calls.js'

interface Functions {
  double(of: number): Promise<number>
  fail(how: string): Promise<void>
  note(text: string): void
  noted(): Promise<readonly string[]>
}

/** One end that asks, the other answers; disposing closes what is between them. */
function scene() {
  const { port1, port2 } = new MessageChannel()
  const notes: string[] = []
  const functions: Functions = {
    double: async of => 2 * of,
    async fail(how) {
      if (how === 'fault') throw new Fault('denied', { reason: 'not_resumed', cause: new Error('because') })
      // An error with something in it that no thread can be sent.
      throw Object.assign(new Error('a mistake'), { handle: () => {} })
    },
    note: text => void notes.push(text),
    noted: async () => [...notes],
  }
  new Calls(port2, functions)
  return { calls: new Calls<Functions>(port1, {}), [Symbol.dispose]: () => port1.close() }
}

test('what is asked is answered, each by itself', async () => {
  using there = scene()
  const answers = await Promise.all([1, 2, 3].map(of => there.calls.ask('double', of)))
  assert.deepEqual(answers, [2, 4, 6])
})

test('what is told comes before what is asked later, and alone too', async () => {
  using there = scene()
  for (const text of ['one', 'two']) there.calls.tell('note', text)
  assert.deepEqual(await there.calls.ask('noted'), ['one', 'two'])
  there.calls.tell('note', 'three')
  await new Promise(setImmediate)
  assert.deepEqual(await there.calls.ask('noted'), ['one', 'two', 'three'])
})

test('a fault comes over with its kind and reason, a mistake as `internal`, both with the stack of their cause', async () => {
  using there = scene()
  const fault = await there.calls.ask('fail', 'fault').catch((error: Fault) => error)
  assert.ok(fault instanceof Fault)
  assert.deepEqual([fault.kind, fault.reason], ['denied', 'not_resumed'])
  assert.match(String(fault.cause), /because/)
  const mistake = await there.calls.ask('fail', 'mistake').catch((error: Fault) => error)
  assert.ok(mistake instanceof Fault)
  assert.equal(mistake.kind, 'internal')
  assert.match(String(mistake.cause), /a mistake/)
})

test('when the other end is gone, nobody waits', async () => {
  using there = scene()
  const lost = new Fault('internal', { reason: 'worker_lost' })
  const waiting = there.calls.ask('double', 1)
  there.calls.end(lost)
  await assert.rejects(waiting, error => error === lost)
  await assert.rejects(there.calls.ask('double', 1), error => error === lost)
  there.calls.tell('note', 'into the void')
})
