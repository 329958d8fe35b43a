import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserTable } from '../../auth/users.js'
import { type Grants, RIGHTS, type Right } from '../../core/permission.js'
import { parsePath, ROOT, type VirtualPath } from '../../core/virtual-path.js'
import { userRecords } from '../options.js'
import { type Examination, ok, problem, type Result, type Scene, warning } from './examination.js'

const READING: readonly Right[] = ['list', 'read']
const WRITING = RIGHTS.filter(right => !READING.includes(right))

/** Whether the folders of the users are there, and may be used as the grants promise. */
export const folders: Examination = {
  name: 'folders',
  async examine({ config }: Scene) {
    const table = new UserTable(userRecords(config))
    const results: Result[] = []
    let folders = 0
    for (const [index, { name, disabled, mounts }] of config.users.entries()) {
      const identity = table.get(name)?.identity
      if (disabled || identity === undefined) continue
      const key = `users[${index}]`
      const wants = [
        ...wanted(identity.home, ROOT, identity.grants).map(want => ({
          ...want,
          key: want.path === ROOT ? `${key}.home` : `${key}.grants`,
        })),
        ...identity.mounts.flatMap(({ source, at, grants }, number) =>
          wanted(source, at, grants).map(want => ({ ...want, key: `${key}.mounts[${number}].source` })),
        ),
      ]
      // A mount may stand in the place of a folder that a grant names.
      const own = wants.filter(
        ({ path, key: about }) => !about.endsWith('.grants') || !mounts.some(({ at }) => covers(at, path)),
      )
      folders += own.length
      for (const want of own) results.push(...(await judgeFolder(want, name)))
    }
    if (results.length > 0) return results
    return folders === 0
      ? []
      : [ok(`${folders === 1 ? 'one folder' : `${folders} folders`} can be used as granted`)]
  },
}

interface Want {
  readonly folder: string
  readonly path: VirtualPath
  readonly writes: boolean
  /** Clients may make it themselves. */
  readonly mayMake: boolean
}

/** The folder, and each beneath it that has a grant of its own. */
function wanted(folder: string, at: VirtualPath, grants: Grants): Want[] {
  return [at, ...grants.beneath(at)].map(path => {
    const rights = grants.at(path)
    return {
      folder: join(folder, path.slice(at.length)),
      path,
      writes: WRITING.some(right => rights.has(right)),
      mayMake: path !== at && rights.has('makeDir'),
    }
  })
}

const covers = (at: string, path: VirtualPath): boolean => {
  const mounted = parsePath(at, ROOT)
  return path === mounted || path.startsWith(`${mounted}/`)
}

async function judgeFolder(want: Want & { readonly key: string }, user: string): Promise<Result[]> {
  const { folder, writes, mayMake, key } = want
  const who = `${key}: ${folder} of ${user}`
  const { R_OK, W_OK, X_OK } = constants
  try {
    if (!(await stat(folder)).isDirectory())
      return [problem(`${who} is no folder: move it away, and make one`, key)]
    await access(folder, R_OK | X_OK | (writes ? W_OK : 0))
    return []
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const owned = 'owned by the account of the server'
    if (code === 'ENOENT' && want.path !== ROOT && key.endsWith('.grants'))
      return mayMake ? [] : [warning(`${who} does not exist: make it, ${owned}: mkdir -p ${folder}`, key)]
    if (code === 'ENOENT')
      return [problem(`${who} does not exist: make it, ${owned}: mkdir -p ${folder}`, key)]
    if (code === 'EROFS')
      return [problem(`${who} is on a disk that is mounted read-only: mount it to be written`, key)]
    const act = writes ? 'read and written' : 'read'
    return [
      problem(
        `${who} may not be ${act} (${code}): give it to the account of the server (chown), with chmod u+rwx; with systemd, name it in ReadWritePaths`,
        key,
      ),
    ]
  }
}
