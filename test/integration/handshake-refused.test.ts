import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

test('an ALPN list without ftp ends the handshake', async () => {
  await using server = await testServer()
  await assert.rejects(FtpClient.connect(server.port, { ALPNProtocols: ['h2', 'http/1.1'] }))
  using client = await FtpClient.connect(server.port, { ALPNProtocols: ['h2', 'ftp'] })
  assert.equal(client.socket.alpnProtocol, 'ftp')
})

test('TLS 1.1 and weak suites are refused', async () => {
  await using server = await testServer()
  await assert.rejects(
    FtpClient.connect(server.port, {
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'ALL@SECLEVEL=0',
    }),
  )
  await assert.rejects(
    FtpClient.connect(server.port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }),
  )
})
