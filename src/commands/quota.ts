import type { QuotaState } from '../core/ports.js'
import { ROOT } from '../core/virtual-path.js'
import type { PathCommand, ReadyCommand } from './command.js'

/** draft-peterson-streamlined-ftp-command-extensions: the bytes that may still be stored. */
export const AVBL: PathCommand = {
  verb: 'AVBL',
  syntax: '[path]',
  phase: 'ready',
  argument: 'optional-path',
  right: 'enter',
  feat: () => ['AVBL'],
  async *run({ files }, path) {
    const state = await files.quota(path)
    if (state?.limit.bytes === undefined) yield 'no_quota'
    else
      yield {
        name: 'file_fact',
        text: String(hasFiles(state) ? left(state.used.bytes, state.limit.bytes) : 0),
      }
  },
}

/** What is used of the home's quota, and what is left. */
export const SITE_QUOTA: ReadyCommand = {
  verb: 'SITE QUOTA',
  syntax: '',
  phase: 'ready',
  argument: 'none',
  async *run({ files }) {
    const state = await files.quota(ROOT)
    if (!state) {
      yield { name: 'done', text: 'There is no quota.' }
      return
    }
    const { used, limit } = state
    const lines = [line('Bytes', used.bytes, limit.bytes), line('Files', used.files, limit.files)]
    yield { name: 'done', text: 'Your quota:', lines }
  },
}

const hasFiles = ({ used, limit }: QuotaState): boolean =>
  limit.files === undefined || used.files < limit.files

const left = (used: number, limit: number): number => Math.max(0, limit - used)

const line = (what: string, used: number, limit: number | undefined): string =>
  limit === undefined
    ? ` ${what}: ${used} used, no limit`
    : ` ${what}: ${used} used of ${limit}, ${left(used, limit)} left`
