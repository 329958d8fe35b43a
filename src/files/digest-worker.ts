import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { DigestAlgorithm } from '../core/digest.js'
import { answerWith } from './asked-thread.js'
import type { DigestOutcome, DigestTask } from './digest-thread.js'

// The body of a thread that does nothing but read and hash, one file at a time. Its reads are synchronous: they hold up
// this thread alone and leave the threads that the other file accesses share to them.

/** Bytes per read; between two of them the thread looks whether it is to stop. */
const CHUNK = 1024 * 1024

const HASHES: Readonly<Record<Exclude<DigestAlgorithm, 'CRC32'>, string>> = {
  'SHA-256': 'sha256',
  'SHA-512': 'sha512',
  'SHA-1': 'sha1',
  MD5: 'md5',
}

interface Sum {
  update(bytes: Uint8Array): void
  /** In hex. */
  end(): string
}

function sumOf(algorithm: DigestAlgorithm): Sum {
  if (algorithm === 'CRC32') {
    let value = 0
    return {
      update: bytes => {
        value = crc32(bytes, value)
      },
      end: () => value.toString(16).padStart(8, '0'),
    }
  }
  const hash = createHash(HASHES[algorithm])
  return { update: bytes => void hash.update(bytes), end: () => hash.digest('hex') }
}

const buffer = Buffer.allocUnsafeSlow(CHUNK)

function work({ fd, algorithm, from, to, stop }: DigestTask): DigestOutcome {
  try {
    const sum = sumOf(algorithm)
    for (let position = from; position < to; ) {
      if (Atomics.load(stop, 0) !== 0) return { kind: 'stopped' }
      const read = readSync(fd, buffer, 0, Math.min(CHUNK, to - position), position)
      if (read === 0) return { kind: 'shrank' }
      sum.update(buffer.subarray(0, read))
      position += read
    }
    return { kind: 'done', hex: sum.end() }
  } catch (error) {
    return { kind: 'failed', message: String(error) }
  }
}

answerWith(work)
