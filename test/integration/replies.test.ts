import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

describe('what is refused', () => {
  const replies: [line: string | Buffer, code: number][] = [
    ['', 500],
    ['FOO', 500],
    ['NOOP', 200],
    ['noop', 200],
    ['PWD x', 501],
    ['CWD', 501],
    ['TYPE', 501],
    ['TYPE A N', 200],
    ['TYPE L 8', 200],
    ['TYPE E', 504],
    ['TYPE X', 501],
    ['TYPE I', 200],
    ['STRU F', 200],
    ['STRU R', 504],
    ['STRU X', 501],
    ['MODE S', 200],
    ['MODE B', 504],
    ['PORT 127,0,0,1,4,1', 502],
    ['EPRT |1|127.0.0.1|1025|', 502],
    ['AUTH TLS', 503],
    ['CCC', 534],
    ['REIN', 502],
    ['PBSZ x', 501],
    ['PBSZ 4294967296', 501],
    ['PBSZ 0', 200],
    ['PROT C', 534],
    ['PROT S', 536],
    ['PROT E', 536],
    ['PROT X', 504],
    ['PROT P', 200],
    ['EPSV 2', 522],
    ['EPSV 3', 522],
    ['EPSV x', 501],
    ['REST x', 501],
    ['REST -1', 501],
    ['REST 99999999999999999', 501],
    ['ABOR', 225],
    ['ALLO x', 501],
    ['ALLO 5', 202],
    ['OPTS UTF8 ON', 200],
    ['OPTS UTF8 OFF', 504],
    ['OPTS UTF8', 200],
    ['OPTS MLST type;bogus;', 200],
    ['OPTS FOO', 501],
    ['LANG', 200],
    ['LANG en', 200],
    ['LANG en-GB', 200],
    ['LANG english', 504],
    ['LANG fr', 504],
    ['LANG ?', 501],
    ['CLNT x', 200],
    ['HOST example.org', 503],
    ['SITE', 501],
    ['SITE ', 501],
    ['SITE EXEC ls', 504],
    ['SITE HELP', 214],
    ['SITE HELP CHMOD', 214],
    ['SITE WHO', 200],
    ['HELP', 214],
    ['HELP RETR', 214],
    ['HELP SITE', 214],
    ['HELP FOO', 502],
    ['STAT', 211],
    ['STAT /', 212],
    ['STAT absent', 550],
    ['SYST', 215],
    ['RNTO x', 503],
    ['RETR absent', 550],
    ['SIZE absent', 550],
    ['RETR .portcullis-x', 553],
    [Buffer.from('RETR \xff\xfe\xfd', 'latin1'), 501],
    [Buffer.from('RETR a\0b'), 501],
    ['RETR a\rb', 501],
  ]
  test('every reply code', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    for (const [line, code] of replies) {
      client.send(Buffer.concat([Buffer.from(line), Buffer.from('\r\n')]))
      assert.equal((await client.reply()).code, code, JSON.stringify(line.toString('latin1')))
    }
  })

  test('PROT before PBSZ', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    assert.equal((await client.command('PROT P')).code, 503)
    assert.equal((await client.command('PBSZ 16')).text, 'PBSZ=0')
  })

  test('PASV and EPSV with a family after EPSV ALL', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    assert.equal((await client.command('EPSV ALL')).code, 200)
    assert.equal((await client.command('PASV')).code, 503)
    assert.equal((await client.command('EPSV')).code, 229)
  })
})

describe('what is told', () => {
  test('nothing before login but the greeting, and it names no product', async () => {
    await using server = await testServer({
      config: { server: { greeting: 'Hello', listen: { host: '127.0.0.1', port: 0 } } },
    })
    using client = await FtpClient.connect(server.port)
    for (const line of ['PWD', 'LIST', 'STAT', 'SITE WHO', 'RETR /etc/passwd'])
      assert.equal((await client.command(line)).code, 530, line)
    for (const line of ['FEAT', 'HELP', 'SYST', 'NOOP'])
      assert.doesNotMatch((await client.command(line)).lines.join(), /portcullis|node|\d+\.\d+\.\d+/i)
  })

  test('FEAT lists what is there, each line with one leading space', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    const { lines } = await client.command('FEAT')
    assert.deepEqual(lines, [
      '211-Features:',
      ' AVBL',
      ' CLNT',
      ' EPSV',
      ' HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32',
      ' HOST',
      ' LANG EN*',
      ' MDTM',
      ' MFF Modify;UNIX.mode;',
      ' MFMT',
      ' MLST type*;size*;modify*;perm*;unique*;UNIX.mode*;',
      ' PBSZ',
      ' PROT',
      ' REST STREAM',
      ' SIZE',
      ' TVFS',
      ' UTF8',
      ' XCRC',
      ' XMD5',
      ' XSHA1',
      ' XSHA256',
      ' XSHA512',
      '211 End.',
    ])
  })
})
