import { COMMANDS } from '../../../src/commands/table.js'

// What attackers and other servers' clients are known to send. Every text is latin1: one character, one byte.

/** Nothing of what a reply must not tell may stand here, or the oracle could not tell an echo from a leak. */

/** Ours, those of other servers, and of other protocols' RFCs for FTP. */
export const VERBS: readonly string[] = [
  ...COMMANDS.map(({ verb }) => verb).filter(verb => !['QUIT', 'USER', 'PASS', 'STAT PATH'].includes(verb)),
  ...['ACCT', 'SMNT', 'ADAT', 'CONF', 'ENC', 'MIC', 'LPRT', 'LPSV', 'XSEM', 'XSEN', 'XRCP', 'XRSQ'],
  ...['MLFL', 'MAIL', 'MSND', 'MSOM', 'MSAM', 'MRSQ', 'MRCP', 'THMB', 'CSID', 'ESTA', 'ESTP', 'SPSV'],
  ...['MFCT', 'COMB', 'DSIZ', 'RMDA', 'MD5', 'MMD5', 'XMD', 'XSHA', 'XSHA384', 'CRC', 'SHA', 'REPR', 'BLKS'],
  ...['GET', 'POST', 'EHLO', 'SITE', 'P@SW', 'NLST', 'XNOP', 'WHO', 'OPTS'],
]

export const SITE_WORDS: readonly string[] = [
  ...[
    'EXEC',
    'CHMOD',
    'CHOWN',
    'CHGRP',
    'CPFR',
    'CPTO',
    'SYMLINK',
    'LINK',
    'RMDIR',
    'MKDIR',
    'UTIME',
    'IDLE',
  ],
  ...['UMASK', 'HELP', 'WHO', 'ZONE', 'PSWD', 'ALIAS', 'MINFO', 'NEWER', 'GROUP', 'GPASS', 'INDEX', 'CDPATH'],
  ...['CHECKMETHOD', 'CHECKSUM', 'RETRBUFSIZE', 'QUOTA', 'TRUST', 'ADDUSER', 'DELUSER', 'RELOAD', 'SHUTDOWN'],
]

/** What else stands behind a verb. */
export const WORDS: readonly string[] = [
  ...[
    '0',
    '1',
    '-1',
    '2',
    '65535',
    '65536',
    '2147483647',
    '2147483648',
    '4294967295',
    '4294967296',
    '1e3',
    '0x10',
  ],
  ...[
    '9007199254740991',
    '9007199254740992',
    '18446744073709551616',
    '00000000000000000000',
    '+1',
    '1.5',
    'NaN',
  ],
  ...[
    'A',
    'A N',
    'I',
    'L 8',
    'L 7',
    'E',
    'F',
    'R',
    'S',
    'B',
    'C',
    'P',
    'Z',
    'ALL',
    'ON',
    'OFF',
    'TLS',
    'SSL',
    'TLS-C',
  ],
  ...[
    'UTF8 ON',
    'UTF8 OFF',
    'MLST type;size;',
    'MLST',
    'MLST ;;;',
    'HASH SHA-256',
    'HASH MD5',
    'HASH x',
    'EN',
    'fr',
  ],
  ...[
    '127,0,0,1,4,1',
    '10,0,0,1,0,22',
    '256,256,256,256,256,256',
    '1,2,3',
    '|1|127.0.0.1|22|',
    '|2|::1|22|',
    '|||',
    '1,,',
  ],
  ...[
    '20240229123456',
    '20230229123456',
    '99999999999999',
    '19700101000000',
    '20240229123456.123',
    '2024',
    'Modify=20240101000000;',
  ],
  ...[
    '20240229123456 file',
    'Modify=20240229123456; file',
    '644 file',
    '0777 file',
    '7777 file',
    '20240229123456 ../x',
  ],
  ...[
    '"file" 0 4',
    '"file" 4 0',
    'file 0 99999999999',
    '"file',
    '"" 0',
    'file 0',
    'localhost',
    'example.org',
    '[::1]',
  ],
]

/** Known to have broken a server, as whole lines. */
export const ATTACKS: readonly string[] = [
  // CVE-2015-3306 and CVE-2019-12815: copying without a right
  ...['SITE CPFR /etc/passwd', 'SITE CPTO /tmp/x', 'SITE CPFR file', 'SITE CPTO new'],
  // CVE-2011-0762 and CVE-2019-20176: globs and recursion
  `STAT ${'{{*},'.repeat(40)}{.}}`,
  ...[
    `LIST ${'*'.repeat(200)}x`,
    `NLST ${'*a'.repeat(80)}`,
    'LIST -R',
    'NLST -laR ../..',
    'STAT -R /',
    'STAT */../*/../*',
  ],
  // CVE-2019-18217 and CVE-2023-51713: long and odd lines
  ...[
    `NOOP ${'A'.repeat(4090)}`,
    `SITE ${'\\"'.repeat(600)}`,
    'SITE "',
    'SITE \\',
    'HELP \\"',
    'SITE "\\',
    '"',
    '\\',
    ' "',
  ],
  // CVE-2025-47812: code behind a NUL in a name
  ...['USER acme\0]]os.execute("id")--', 'USER \0', 'CWD a\0]]%0dlocal+x', 'MKD \0\0'],
  // CVE-2020-15152: bounce
  ...['PORT 127,0,0,1,0,22', 'EPRT |1|169.254.169.254|80|', 'PORT 0,0,0,0,0,0'],
  // CVE-1999-0080, wu-ftpd; format strings and shells
  ...[
    'SITE EXEC /bin/id',
    'SITE EXEC %p%p%p%n',
    'USER %s%n%x',
    'RETR |id',
    'STOR ;id;',
    'RETR `id`',
    'LIST $(id)',
    'MKD %n%n%n',
  ],
  // CVE-2021-3618: another protocol's lines (before login they end the session)
  ...['GET / HTTP/1.1', 'Host: x', 'a1 LOGIN x y', 'MAIL FROM:<a@b>', 'HELO x', 'CAPA'],
  // CVE-2010-4221 and CVE-2011-1575: Telnet bytes, what is behind them
  ...[
    '\xff\xf4\xff\xf2ABOR',
    '\xff\xff\xff\xff',
    '\xff\xfd\x01NOOP',
    'NOOP \xff',
    '\xff',
    'AB\xff\xf1OR',
    `${'\xff'.repeat(700)}`,
  ],
  // CVE-2023-24042: another command while a listing is prepared
  ...['PBSZ 0', 'PROT C', 'PROT P', 'CCC', 'AUTH TLS', 'REIN', 'ADAT x', 'SMNT /'],
  ...[
    '',
    ' ',
    '\r',
    '\t',
    '\0',
    '220 hello',
    '226-',
    '421 bye',
    'NOOP\rNOOP',
    ' NOOP',
    'NOOP ',
    'nOoP',
    'X'.repeat(13),
  ],
]
