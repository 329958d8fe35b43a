import { execFileSync } from 'node:child_process'
import { rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file system of its own over a folder, gone with the scope even while something in it is open. */
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
    return SmallDisk.#mounted(folder, ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  }

  /**
   * The same with ext4, of so many MiB with all that belongs to it. Undefined also where it cannot be made.
   */
  static ext4(folder: string, mib: number): SmallDisk | undefined {
    const image = `${folder}.ext4`
    try {
      writeFileSync(image, '')
      execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image, `${mib}M`], { stdio: 'ignore' })
      const disk = SmallDisk.#mounted(folder, ['-o', 'loop', image, folder])
      if (disk) rmdirSync(join(folder, 'lost+found'))
      return disk
    } catch {
      return undefined
    } finally {
      // what is mounted holds it until then
      rmSync(image, { force: true })
    }
  }

  static #mounted(folder: string, args: readonly string[]): SmallDisk | undefined {
    try {
      execFileSync('mount', args, { stdio: 'ignore' })
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
