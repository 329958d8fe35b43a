import { DigestPool, type HashingOptions } from './digest-pool.js'
import { WritingThreads } from './writing-threads.js'

/** For who does not own them. */
export type LentThreads = Pick<FileThreads, 'digests' | 'writing'>

/** The threads that files are worked on with, apart from Node's own. They outlive any storage. */
export class FileThreads implements AsyncDisposable {
  readonly digests: DigestPool
  readonly writing = new WritingThreads()

  constructor(hashing: HashingOptions) {
    this.digests = new DigestPool(hashing)
  }

  /** Ends what runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.digests[Symbol.asyncDispose](), this.writing[Symbol.asyncDispose]()])
  }
}
