import { lstat, stat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname } from 'node:path'

/** `sun_path` holds 108 bytes on Linux and 104 on macOS and the BSDs, one of them the NUL at the end (unix(7)). */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103
const WRITTEN_BY_OTHERS = 0o002

/** The control socket cannot be made there; the message names the path and the remedy. */
export class PlaceError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'PlaceError'
  }
}

/**
 * Looks whether the name is short enough, and whether strangers could put another socket in its place.
 *
 * @throws PlaceError
 */
export async function checkPlace(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH_BYTES) {
    throw new PlaceError(
      `the control socket ${path} has a path of ${bytes} bytes, and systems allow a socket ${MAX_PATH_BYTES}: ` +
        'set server.controlSocket to a shorter one, such as /run/portcullis/control.sock, or to null',
    )
  }
  await checkFolder(dirname(path))
}

/**
 * Makes sure that a socket can be made there: {@link checkPlace} has nothing against it, nothing else stands there, and
 * what a server that was killed has left is removed.
 *
 * @throws PlaceError
 */
export async function preparePlace(path: string): Promise<void> {
  await checkPlace(path)
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new PlaceError(
      `the control socket ${path} cannot be made, because something else is there: move it away, or set server.controlSocket`,
    )
  }
  await refuseSecond(path)
  await unlink(path)
}

/**
 * To be asked before a server opens its files: two that write one audit log break its chain.
 *
 * @throws PlaceError when a server answers at the socket
 */
export async function refuseSecond(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (!found?.isSocket() || !(await isAnswered(path))) return
  throw new PlaceError(
    `another server answers at the control socket ${path}: stop it, or give this one a configuration with audit log, homes and control socket of its own`,
  )
}

async function checkFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    throw new PlaceError(
      `the folder ${folder} of the control socket cannot be used (${error.code}): make it, owned by the server's account, or set server.controlSocket`,
      error,
    )
  })
  if (!facts.isDirectory())
    throw new PlaceError(`${folder}, where the control socket should be, is no folder`)
  if ((facts.mode & WRITTEN_BY_OTHERS) !== 0) {
    throw new PlaceError(
      `everyone on this machine may write in ${folder}, where the control socket should be; mend it with: chmod o-w ${folder}, or set server.controlSocket`,
    )
  }
}

/** Whether somebody listens there. A socket file stays when its server is killed. */
const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      // So many ask it at this moment that one more is not let in.
      else if (error.code === 'EAGAIN') resolve(true)
      else reject(new PlaceError(`the control socket ${path} cannot be looked at (${error.code})`, error))
    })
  })
