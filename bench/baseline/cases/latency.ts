import { bad, type Case, good } from '../visit.js'

const SIZE = 4_096
const TIMES = 20
/** Beyond it the server waits for something other than the network. */
const TOLERATED_MS = 50

export const latency: Case = {
  name: '4 KiB download',
  async run(visit) {
    const client = await visit.login()
    const path = visit.file('small.bin')
    await client.upload(path, Buffer.alloc(SIZE))
    const times: number[] = []
    while (times.length < TIMES) {
      const started = performance.now()
      const { bytes, reply } = await client.download(path)
      if (reply.code !== 226 || bytes.length !== SIZE) return bad(`fails with ${reply.code}`)
      times.push(performance.now() - started)
    }
    const median = times.sort((a, b) => a - b)[TIMES / 2] ?? 0
    const text = `${Math.round(median)} ms from EPSV to 226`
    return median <= TOLERATED_MS ? good(text) : bad(text)
  },
}
