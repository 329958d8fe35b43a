import type { Socket } from 'node:net'
import type { ByteSource } from '../core/ports.js'

/**
 * Sends all of a source. Reading the next chunk overlaps writing this one. Resolves when everything was handed to the
 * operating system.
 *
 * @throws what the source throws, or the socket's error
 */
export async function sendAll(
  stream: Socket,
  source: ByteSource,
  sent: (bytes: number) => void,
): Promise<void> {
  let writing: Promise<void> = Promise.resolve()
  for await (const chunk of source) {
    await writing
    writing = write(stream, chunk)
    // Looked at in the next round; until then the source may fail first.
    writing.catch(ignore)
    sent(chunk.length)
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
