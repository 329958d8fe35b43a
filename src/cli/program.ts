import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { ConfigError } from '../config/problem.js'
import { EXIT, UsageError } from './exit.js'
import { complain } from './print.js'
import { VERSION } from './version.js'

/** Runs one command line and gives its exit code. `argv` as in `process.argv`. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.fine
  const program = createProgram(result => {
    code = result
  })
  try {
    await program.parseAsync(argv)
    return code
  } catch (error) {
    return codeOf(error)
  }
}

function codeOf(error: unknown): number {
  // Commander has said what is wrong already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrong
  const { message } = error as Error
  if (error instanceof ConfigError) complain(message)
  else complain(`portcullis: ${message}`)
  return error instanceof ConfigError || error instanceof UsageError ? EXIT.wrong : EXIT.failed
}

const defaultConfig = (): string => process.env.PORTCULLIS_CONFIG || './config/portcullis.yaml'

type Done = (code: number) => void

function createProgram(done: Done): Command {
  const program = new Command('portcullis')
    .description('Hardened implicit-FTPS server')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(portcullis --help lists what there is)')
    .addHelpText('after', '\nExit codes: 0 fine, 1 failure at run time, 2 wrong usage or configuration.')
  serverCommands(program, done)
  userCommands(program.command('user').description('add, list and change users in the configuration'), done)
  controlCommands(program, done)
  auditCommands(program.command('audit').description('check and read the audit log'), done)
  return program
}

// Each command brings its own code: `healthcheck` runs every few seconds and needs little of it.

function serverCommands(program: Command, done: Done): void {
  program
    .command('init')
    .description('write a first configuration, certificate, user and folders; overwrites nothing')
    .argument('[dir]', 'where to write them', '.')
    .option('--port <port>', 'port of the control connection (default: 990)', port)
    .action(async (dir, options) => done(await (await import('./init.js')).init(dir, options)))
  withConfig(program.command('serve'))
    .description('run the server')
    .option('--port <port>', 'listen here instead of server.listen.port', port)
    .option('--watch', 'take in changes of the configuration when it is saved')
    .action(async options => done(await (await import('./serve.js')).serve(options)))
  program
    .command('start')
    .description('init where there is no ./config/portcullis.yaml, then serve')
    .option('--port <port>', 'listen here', port)
    .option('--watch', 'take in changes of the configuration when it is saved')
    .action(async options => done(await (await import('./start.js')).start(options)))
  program
    .command('check')
    .description('validate a configuration and warn about what is probably not meant')
    .argument('[file]', 'the configuration', defaultConfig())
    .action(async file => done(await (await import('./check.js')).check(file)))
  withConfig(program.command('doctor'))
    .description('examine the running server and what it stands on; with --user log in and list, as a client')
    .option('--port <port>', 'the server listens here instead of at server.listen.port', port)
    .option('--user <name>', 'log in as this user')
    .option('--password-stdin', 'read the password of --user from standard input')
    .action(async options => done(await (await import('./doctor/doctor.js')).doctor(options)))
  withConfig(program.command('healthcheck'))
    .description('exit with 0 if the server on this machine answers')
    .option('--port <port>', 'ask at this port, as a client would', port)
    .option('--socket <file>', 'ask here instead of at server.controlSocket')
    .action(async options => done(await (await import('./healthcheck.js')).healthcheck(options)))
}

function controlCommands(program: Command, done: Done): void {
  const bans = program.command('bans').description('list and lift the bans of the running server')
  withSocket(bans.command('list'))
    .description('list the addresses that are banned')
    .option('--json', 'print JSON')
    .action(async options => done(await (await import('./bans.js')).bansList(options)))
  withSocket(bans.command('lift'))
    .description('let an address connect again')
    .argument('<address>')
    .action(async (address, options) => done(await (await import('./bans.js')).bansLift(address, options)))
  const sessions = program.command('sessions').description('list and end the sessions of the running server')
  withSocket(sessions.command('list', { isDefault: true }))
    .description('list who is connected, and what each does')
    .option('--json', 'print JSON')
    .action(async options => done(await (await import('./sessions.js')).sessionsList(options)))
  withSocket(sessions.command('end'))
    .description('end a session; a running transfer is aborted')
    .argument('<id>', 'as the list has it')
    .action(async (id, options) => done(await (await import('./sessions.js')).sessionsEnd(id, options)))
  withSocket(program.command('reload'))
    .description('have the running server take in its configuration')
    .option('--json', 'print JSON')
    .action(async options => done(await (await import('./reload.js')).reload(options)))
}

function userCommands(user: Command, done: Done): void {
  const load = () => import('./user.js')
  withPassword(withConfig(user.command('add')))
    .description('add a user and make the home folder')
    .argument('<name>')
    .option('--home <folder>', 'home, under storage.root or absolute (default: the name)')
    .option('--grant <folder=preset>', 'may be repeated (default: /=read-write)', collect)
    .action(async (name, options) => done(await (await load()).userAdd(name, options)))
  withConfig(user.command('list'))
    .description('list the users')
    .action(async options => done(await (await load()).userList(options)))
  withPassword(withConfig(user.command('passwd')))
    .description('set a new password')
    .argument('<name>')
    .action(async (name, options) => done(await (await load()).userPasswd(name, options)))
  withConfig(user.command('totp'))
    .description('ask the user for one-time codes, from an authenticator that scans a QR code')
    .argument('<name>')
    .option('--secret-file <file>', 'write the secret there, not into the configuration')
    .option('--no-confirm', 'do not ask for a first code')
    .option('--remove', 'the password is enough again')
    .action(async (name, options) => done(await (await import('./totp.js')).userTotp(name, options)))
  withConfig(user.command('certificate'))
    .description('let the user log in with this client certificate only')
    .argument('<name>')
    .argument('<file>', 'the certificate, PEM or DER; never its key')
    .option('--add', 'beside those the user has, for a change of certificates')
    .action(async (name, file, options) =>
      done(await (await import('./user-certificate.js')).userCertificate(name, file, options)),
    )
  withConfig(user.command('disable'))
    .description('refuse the user’s logins')
    .argument('<name>')
    .action(async (name, options) => done(await (await load()).userDisable(name, options)))
  withConfig(user.command('enable'))
    .description('allow the user’s logins again')
    .argument('<name>')
    .action(async (name, options) => done(await (await load()).userEnable(name, options)))
  withConfig(user.command('remove'))
    .description('remove the user; the files stay')
    .argument('<name>')
    .action(async (name, options) => done(await (await load()).userRemove(name, options)))
}

function auditCommands(audit: Command, done: Done): void {
  const load = () => import('./audit.js')
  withConfig(audit.command('verify'))
    .description('check that no record was changed, removed or inserted')
    .argument('[file]', 'the audit log (default: audit.file of the configuration)')
    .action(async (file, options) => done(await (await load()).auditVerify(file, options)))
  withConfig(audit.command('tail'))
    .description('show the last records for people')
    .argument('[file]', 'the audit log (default: audit.file of the configuration)')
    .option('-n, --lines <count>', 'how many', positive, 20)
    .action(async (file, options) => done(await (await load()).auditTail(file, options)))
}

const withConfig = (command: Command): Command =>
  command.option('--config <file>', 'the configuration ($PORTCULLIS_CONFIG)', defaultConfig())

const withSocket = (command: Command): Command =>
  withConfig(command).option('--socket <file>', 'its control socket (default: as in the configuration)')

const withPassword = (command: Command): Command =>
  command
    .option('--password-stdin', 'read the password from standard input')
    .option('--generate', 'make a strong password and print it')

const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value]

function whole(text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^[0-9]+$/.test(text) && value >= min && value <= max) return value
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
}

const port = (text: string): number => whole(text, 0, 65_535)
const positive = (text: string): number => whole(text, 1, 100_000)
