import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes in buffers that were used once and dropped, before they are collected: no more than a processor keeps at hand. */
const EVERY_BYTES = 8 << 20

type Collect = (options: { readonly type: 'minor' }) => void

/**
 * V8's own function, which a program sees that asks for it; undefined where it does not any more. The flag is one for all
 * threads and stays set: another worker that starts now is about to look, too.
 */
function findCollect(): Collect | undefined {
  setFlagsFromString('--expose-gc')
  const found: unknown = runInNewContext('globalThis.gc')
  return typeof found === 'function' ? (found as Collect) : undefined
}

const collect = findCollect()
let dropped = 0

/**
 * To be told of each buffer that a socket made and nobody holds any more, and of what a connection left that is over. Of
 * 16 KiB each a gigabyte has 65,536. V8 counts their bytes as memory in use until it looks, and then goes through
 * everything there is (Node 26), or lets 32 MiB of them come together, which have left the cache by then. Looking often,
 * and only at what is new, takes a millisecond each time, and makes a large upload up to twice as fast.
 */
export function dropBuffer(bytes: number): void {
  dropped += bytes
  if (dropped < EVERY_BYTES) return
  dropped = 0
  collect?.({ type: 'minor' })
}
