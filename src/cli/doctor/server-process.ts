import { readdir, readFile, readlink } from 'node:fs/promises'

const LISTENING = '0A'

/** The inodes of the sockets that listen on the port, from the text of /proc/net/tcp or tcp6 (proc_net_tcp). */
export function listeningInodes(table: string, port: number): string[] {
  return table
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === LISTENING && portOf(local) === port)
    .flatMap(([, , , , , , , , , inode]) => inode ?? [])
}

const portOf = (end: string): number => Number.parseInt(end.slice(end.lastIndexOf(':') + 1), 16)

/** The process that listens there; undefined where there is no /proc, or the process is another account's. */
export async function processAt(port: number): Promise<number | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  )
  const wanted = new Set(
    tables.flatMap(table => listeningInodes(table, port)).map(inode => `socket:[${inode}]`),
  )
  if (wanted.size === 0) return undefined
  for (const pid of await namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    for (const descriptor of await namesIn(`/proc/${pid}/fd`))
      if (wanted.has(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ''))) return Number(pid)
  }
  return undefined
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
