import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { campaign } from './fuzz/campaign.js'
import { ReplyReader, Violation } from './fuzz/replies.js'
import { streamOf } from './fuzz/stream.js'

describe('fuzzing', () => {
  test('mutated command streams: each line one reply, nothing told, nothing held, the audit chain whole', async () => {
    // The seed is fixed: what fails here fails again. Other seeds are for `npm run soak -- fuzz`.
    const { rounds, codes } = await campaign(
      { seed: 'ci', from: 0, commands: 20_000, milliseconds: 60_000, workers: 12, round: 60 },
      () => undefined,
    )
    assert.ok(rounds.length > 0)
    // It got somewhere: logins, listings, uploads, and refusals of all kinds.
    for (const code of [226, 230, 250, 350, 421, 425, 426, 500, 501, 503, 522, 530, 550])
      assert.ok(codes.has(code), `no ${code} among the replies`)
  })

  test('a seed gives the same streams again, another one others', () => {
    assert.deepEqual(streamOf('a', 7), streamOf('a', 7))
    assert.notDeepEqual(streamOf('a', 7), streamOf('a', 8))
    assert.notDeepEqual(streamOf('a', 7), streamOf('b', 7))
  })

  const bad: [what: string, text: string][] = [
    ['a line that is no reply', 'hello\r\n'],
    ['an unknown code', '299 Hello.\r\n'],
    ['a CR within', '200 a\rb\r\n'],
    ['a host path', '550 /srv/secret-folder/x\r\n'],
    ['an errno', '451 ENOENT\r\n'],
    ['a stack', '451 at open (file:1:2)\r\n'],
  ]
  for (const [what, text] of bad)
    test(`the oracle sees ${what}`, () => {
      assert.throws(() => new ReplyReader(['secret-folder']).push(text), Violation)
    })

  test('the oracle counts final replies, however they come in', () => {
    const reader = new ReplyReader([])
    for (const byte of '220 Hi.\r\n211-a\r\n 211 b\r\n211 End.\r\n150 x\r\n226 y\r\n') reader.push(byte)
    assert.equal(reader.finals, 3)
    assert.equal(reader.last, '226 y')
  })
})
