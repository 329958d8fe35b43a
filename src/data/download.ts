import type { Socket } from 'node:net'
import type { ByteSource } from '../core/ports.js'
import type { Pace } from './pace.js'

/**
 * Sends all of a source, no faster than the pace; in smaller pieces where it is slow, so that they flow evenly. Reading
 * the next chunk overlaps writing this one. Resolves when everything was handed to the operating system.
 *
 * @throws what the source throws, or the socket's error
 */
export async function sendAll(
  stream: Socket,
  source: ByteSource,
  pace: Pace,
  sent: (bytes: number) => void,
): Promise<void> {
  let writing: Promise<void> | undefined
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      if (pace.left <= 0) await pace.more()
      const piece = chunk.subarray(at, at + pace.left)
      pace.spend(piece.length)
      at += piece.length
      await writing
      writing = write(stream, piece)
      // Looked at in the next round; until then the source may fail first.
      writing.catch(ignore)
      sent(piece.length)
    }
  }
  await writing
}

const write = (stream: Socket, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(chunk, error => (error ? reject(error) : resolve()))
  })

/** Sends close_notify and FIN. @throws Error when the connection broke before */
export const end = (stream: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    const onClose = () => (stream.writableFinished ? resolve() : reject(new Error('closed before its end')))
    stream.once('close', onClose)
    stream.end((error?: Error | null) => {
      stream.off('close', onClose)
      if (error) reject(error)
      else resolve()
    })
    if (stream.destroyed) onClose()
  })

const ignore = () => {}
