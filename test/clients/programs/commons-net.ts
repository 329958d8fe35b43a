import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, Command } from './client.js'
import { scriptArguments, sourceOf } from './scripted.js'

const JAR = '/usr/share/java/commons-net.jar'

export const commonsNet: Client = {
  name: 'Apache Commons Net (Java)',
  needs: ['java', 'javac'],
  files: { [JAR]: 'libcommons-net-java' },
  dataSession: 'prefer',
  settings: '`new FTPSClient(true)`, `execPROT("P")`',
  cannot: {},
  shows: {
    'wrong password': 'java.io.IOException: 530 Login incorrect.',
    'no right': 'java.io.IOException: 550 No such file or folder, or not permitted.',
    'over quota': 'java.io.IOException: 552 The quota is exceeded.',
    'not resumed':
      '522 The data connection must resume the TLS session of the control connection (dataSession: require).',
  },
  commands(site, task) {
    const classes = join(site.dir, 'classes')
    const source = sourceOf('CommonsNetClient.java')
    const compile: Command = { program: 'javac', args: ['-cp', JAR, '-d', classes, source] }
    // It lives for a moment: what makes long runs fast only takes time.
    const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dfile.encoding=UTF-8']
    const runs = scriptArguments(site, task, 'in one run').map(args => ({
      program: 'java',
      args: [...flags, '-cp', `${JAR}:${classes}`, 'CommonsNetClient', ...args],
    }))
    return existsSync(classes) ? runs : [compile, ...runs]
  },
}
