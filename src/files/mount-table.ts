/** File systems that answer from this machine's memory and disks alone. Not overlay: what is below may be elsewhere. */
const LOCAL = new Set([
  'bcachefs',
  'btrfs',
  'ext2',
  'ext3',
  'ext4',
  'f2fs',
  'jfs',
  'ramfs',
  'tmpfs',
  'xfs',
  'zfs',
])

/** File systems whose files databases have long written past the page cache (O_DIRECT). */
const PAST_CACHE = new Set(['ext4', 'xfs'])

interface Mount {
  /** As bytes, one a character. */
  readonly at: string
  readonly type: string
}

/** What is mounted where, as /proc/self/mountinfo tells it (proc_pid_mountinfo(5)). */
export class MountTable {
  readonly text: string
  readonly #mounts: readonly Mount[]

  /** @param text of mountinfo, one byte a character */
  constructor(text: string) {
    this.text = text
    this.#mounts = text.split('\n').flatMap(line => parse(line) ?? [])
  }

  /**
   * Whether a folder is on a file system of this machine, and whatever is mounted on an entry of it too: looking at a
   * mount point asks the file system that is mounted there.
   *
   * @param place the kernel's own name for it, one byte a character
   */
  isLocal(place: string): boolean {
    const inside = place === '/' ? place : `${place}/`
    const isEntry = ({ at }: Mount) => at.startsWith(inside) && !at.includes('/', inside.length)
    const isLocal = ({ type }: Mount) => LOCAL.has(type)
    const over = this.#over(place)
    return (
      over !== undefined && isLocal(over) && this.#mounts.every(mount => isLocal(mount) || !isEntry(mount))
    )
  }

  /** Whether the files of a folder may be written past the page cache. @param place as of {@link isLocal} */
  takesPastCache(place: string): boolean {
    const over = this.#over(place)
    return over !== undefined && PAST_CACHE.has(over.type)
  }

  /** What is mounted on the folder, or nearest above it; of two at one place the later one is in front. */
  #over(place: string): Mount | undefined {
    let over: Mount | undefined
    for (const mount of this.#mounts) {
      const covers = mount.at === '/' || mount.at === place || place.startsWith(`${mount.at}/`)
      if (covers && mount.at.length >= (over?.at.length ?? 0)) over = mount
    }
    return over
  }
}

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`: the fifth field, and the first behind the dash. */
function parse(line: string): Mount | undefined {
  const [before, behind] = line.split(' - ', 2)
  const at = before?.split(' ')[4]
  const type = behind?.split(' ')[0]
  if (at === undefined || type === undefined) return undefined
  return { at: at.replace(ESCAPED, character), type }
}

const ESCAPED = /\\([0-7]{3})/g
const character = (_: string, octal: string): string => String.fromCharCode(Number.parseInt(octal, 8))
