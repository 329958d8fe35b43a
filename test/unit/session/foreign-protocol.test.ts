import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { COMMANDS } from '../../../src/commands/table.js'
import { isForeignProtocol } from '../../../src/session/foreign-protocol.js'

/** First lines of other protocols. */
const FOREIGN = [
  ...[
    'GET / HTTP/1.1',
    'get /',
    'HEAD / HTTP/1.0',
    'POST /login HTTP/1.1',
    'PUT /x HTTP/1.1',
    'PRI * HTTP/2.0',
  ],
  ...['OPTIONS * HTTP/1.1', 'PROPFIND /dav HTTP/1.1', 'M-SEARCH * HTTP/1.1', 'BREW /pot HTTP/1.1'],
  ...['DESCRIBE rtsp://x RTSP/1.0', 'OPTIONS sip:a@b SIP/2.0'],
  ...['Host: ftp.example.com', 'host:x', 'User-Agent: curl/8', 'Content-Length: 3', 'X-Any: USER acme'],
  ...[
    'EHLO me',
    'HELO me',
    'ehlo me',
    'LHLO me',
    'MAIL FROM:<a@b>',
    'RCPT TO:<a@b>',
    'DATA',
    'STARTTLS',
    'RSET',
  ],
  ...['CAPA', 'APOP acme c4c9334bac560ecc979e58001b3e22fb', 'STLS'],
  ...[
    'A001 LOGIN acme secret',
    'a1 login acme secret',
    '. CAPABILITY',
    'A1 AUTHENTICATE PLAIN',
    '1 STARTTLS',
  ],
  ...['a NOOP', 'tag ID NIL', 'CAPABILITY', 'LOGIN acme secret'],
  ...['SSH-2.0-OpenSSH_9.9', '<?xml version="1.0"?>', "<stream:stream xmlns='jabber:client'>"],
]

/** What a client of this server may say before it is logged in, odd as it looks. */
const OURS = [
  ...['USER acme', 'USER login', 'USER noop', 'user id', 'USER list', 'USER GET', 'PASS id est laborum'],
  ...['PASS GET / HTTP/1.1', 'PASS Host: x', 'HOST id.example.com', 'HOST login', 'CLNT Login 2.0 HTTP/1.1'],
  ...[
    'AUTH TLS',
    'FEAT',
    'SYST',
    'OPTS UTF8 ON',
    'OPTS MLST type;',
    'NOOP',
    'QUIT',
    'PBSZ 0',
    'PROT P',
    'CLNT x',
  ],
  ...['ACCT 123456', 'LANG en', 'MLSD', 'SITE HELP', 'XYZZY', 'USERacme', ''],
]

describe('isForeignProtocol', () => {
  for (const line of FOREIGN)
    test(`knows ${line}`, () => assert.equal(isForeignProtocol(Buffer.from(line)), true))
  for (const line of OURS)
    test(`leaves "${line}" alone`, () => assert.equal(isForeignProtocol(Buffer.from(line)), false))

  test('takes no command of this server for another’s', () => {
    for (const { verb } of COMMANDS)
      for (const argument of ['', ' x', ' LOGIN a b', ' / HTTP/1.1'])
        assert.equal(isForeignProtocol(Buffer.from(verb + argument)), false, verb + argument)
  })
})
