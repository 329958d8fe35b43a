import { execFileSync } from 'node:child_process'

/** A file system in memory over a folder, gone with the scope even while something in it is open. */
export class SmallDisk implements Disposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Undefined where this process may not mount one.
   * @param options of tmpfs(5), for instance `size=8m`
   */
  static over(folder: string, options: string): SmallDisk | undefined {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
    } catch {
      return undefined
    }
    return new SmallDisk(folder)
  }

  /** @throws Error while a file in it is open for writing */
  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.#folder], { stdio: 'ignore' })
  }

  makeWritable(): void {
    execFileSync('mount', ['-o', 'remount,rw', this.#folder], { stdio: 'ignore' })
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.#folder], { stdio: 'ignore' })
  }
}

export const NEEDS_MOUNT = 'a small file system cannot be mounted without privileges'
