import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Loaded into a server process before anything else (`--import`): answers each message of its parent with what only the
// process itself can tell.

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

process.on('message', () => {
  collect()
  collect()
  const active: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1
  process.send?.({ heap: process.memoryUsage().heapUsed, active })
})
process.channel?.unref()
