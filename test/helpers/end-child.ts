import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Ends a process with the signal, if it runs, and resolves when it is gone. */
export async function endChild(
  child: ChildProcess | undefined,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}
