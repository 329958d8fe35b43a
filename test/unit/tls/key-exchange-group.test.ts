import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keyExchangeGroup } from '../../../src/tls/key-exchange-group.js'

const der = (tag: number, ...content: number[]): number[] => [tag, content.length, ...content]

test('the group stands in the session, behind fields of any length', () => {
  const cases: [number: number[], name: string][] = [
    [[0x1d], 'X25519'],
    [[0x17], 'P-256'],
    [[0x18], 'P-384'],
    [[0x19], 'P-521'],
    [[0x11, 0xec], 'X25519MLKEM768'],
    [[0x01, 0x00], '0x100'],
  ]
  const long = [0x04, 0x81, 0x80, ...Array<number>(0x80).fill(0xb3)]
  for (const [number, name] of cases) {
    const session = [...long, ...der(0xad, 2, 1, 1), ...der(0xb3, ...der(2, ...number)), ...der(0xb4, 1)]
    assert.equal(keyExchangeGroup(Buffer.from([0x30, 0x82, 0, session.length, ...session])), name)
  }
})

test('there is none in a session without it, in none, and in what is no session', () => {
  assert.equal(keyExchangeGroup(undefined), undefined)
  assert.equal(keyExchangeGroup(Buffer.from(der(0x30, ...der(2, 1)))), undefined)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      keyExchangeGroup(Buffer.from(bytes))
      keyExchangeGroup(Buffer.from([0x30, ...bytes]))
    }),
  )
})
