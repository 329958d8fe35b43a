import { DigestPool, type HashingOptions } from './digest-pool.js'
import { PlacingThreads } from './placing-threads.js'

/** For who does not own them. */
export type LentThreads = Pick<FileThreads, 'digests' | 'placing'>

/** The threads that files are worked on with, apart from Node's own. They outlive any storage. */
export class FileThreads implements AsyncDisposable {
  readonly digests: DigestPool
  readonly placing = new PlacingThreads()

  constructor(hashing: HashingOptions) {
    this.digests = new DigestPool(hashing)
  }

  /** Ends what runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.digests[Symbol.asyncDispose](), this.placing[Symbol.asyncDispose]()])
  }
}
