import type { Socket } from 'node:net'

/**
 * The first line that comes in, without its end.
 *
 * @throws Error when the connection ends or breaks before it, when it is longer than `limit` bytes, or the signal's reason
 */
export function readLine(socket: Socket, limit: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', aborted)
      socket.off('data', arrived).off('end', ended).off('close', ended).off('error', reject)
      act()
    }
    const aborted = () => settle(() => reject(signal.reason))
    const ended = () => settle(() => reject(new Error('the connection ended too early')))
    const arrived = (chunk: Buffer) => {
      const end = chunk.indexOf(10)
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end))
      bytes += chunk.length
      if (bytes > limit) settle(() => reject(new Error(`more than ${limit} bytes`)))
      else if (end >= 0) settle(() => resolve(Buffer.concat(chunks).toString('utf8')))
    }
    socket.on('data', arrived).on('end', ended).on('close', ended).on('error', reject)
    signal.addEventListener('abort', aborted, { once: true })
    if (signal.aborted) aborted()
  })
}
