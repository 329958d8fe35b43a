/** A running implicit-FTPS server and a user who may read and write in it. */
export interface Target {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The user's folder on this machine; undefined when it cannot be reached from here. */
  readonly home: string | undefined
  /** The server's process; undefined when it is not one of this machine's, or not known. */
  readonly pid: number | undefined
}

/** What a case needs a server for. */
export interface RunningTarget extends AsyncDisposable {
  readonly target: Target
  /** False once the server's process has ended; always true for one that was not started here. */
  readonly alive: boolean
}

/** Where the target of each case comes from. */
export interface Source {
  readonly name: string
  open(): Promise<RunningTarget>
}

/** A server that runs already, and that stays as it is between the cases. */
export const running = (target: Target): Source => ({
  name: target.name,
  open: async () => ({ target, alive: true, async [Symbol.asyncDispose]() {} }),
})
