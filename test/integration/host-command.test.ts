import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

test('HOST must match SNI when both are given', async () => {
  await using server = await testServer()
  using named = await FtpClient.connect(server.port, { servername: 'localhost' })
  assert.equal((await named.command('HOST other.example')).code, 504)
  assert.equal((await named.command('HOST LOCALHOST')).code, 220)
  assert.equal((await named.command('HOST [127.0.0.1]')).code, 504)
  assert.equal((await named.command('USER acme')).code, 331)
  assert.equal((await named.command('HOST other.example')).code, 503)
  using unnamed = await FtpClient.connect(server.port)
  for (const host of ['any.example', 'any.example.', '127.0.0.1', '[127.0.0.1]', '[2001:db8::1]', 'a_b'])
    assert.equal((await unnamed.command(`HOST ${host}`)).code, 220, host)
  for (const host of [
    '',
    '[any.example]',
    '2001:db8::1',
    '[127.1]',
    '[]',
    '[::1',
    'a..b',
    '-',
    'a b',
    'ä.example',
  ])
    assert.equal((await unnamed.command(`HOST ${host}`)).code, 501, host)
})
