import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whom servers that start as root serve as. It has a home, which vsftpd asks for. */
export const SERVED_AS = { name: 'daemon', uid: 1, gid: 1, group: 'daemon' } as const

/** Where servers lie on most systems, whatever the search path of the shell says. */
const USUAL = ['/usr/local/sbin', '/usr/sbin', '/usr/local/bin', '/usr/bin']

/** The first executable file of that name. */
export function found(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...USUAL]
  return folders.map(folder => join(folder, program)).find(isExecutable)
}

/** Why a server that must start as root cannot take part. */
export function missingForRoot(...programs: string[]): string | undefined {
  const absent = programs.find(program => found(program) === undefined)
  if (absent !== undefined) return `${absent} is not installed`
  return process.getuid?.() === 0 ? undefined : 'must be started by root'
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
