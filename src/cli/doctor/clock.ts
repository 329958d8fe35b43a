import { stat } from 'node:fs/promises'
import { exists } from '../exists.js'
import { type Examination, ok, problem, type Result, warning } from './examination.js'

/** Made by systemd-timesyncd when it first set the clock (systemd-timesyncd.service(8)). */
const TIMESYNCD = '/run/systemd/timesync/synchronized'
/** Programs that keep the clock right, and what asks each whether it does. */
const KEEPERS = [
  { file: '/run/chrony/chronyd.pid', ask: 'chronyc tracking' },
  { file: '/run/chronyd.pid', ask: 'chronyc tracking' },
  { file: '/run/ntpd.pid', ask: 'ntpq -p' },
] as const
/** Half the time for which a one-time code is good (RFC 6238 §5.2). */
const TOLERANCE_MS = 15_000

/** Whether the clock is right, as far as this machine itself knows. */
export const clock: Examination = {
  name: 'clock',
  async examine({ config }) {
    const now = Date.now()
    const last = await stat(config.audit.file).catch(() => undefined)
    const behind = judgePast(last?.mtimeMs, now)
    if (behind) return [behind]
    const users = config.users.filter(({ totp, disabled }) => totp !== null && !disabled).length
    if (users === 0) return []
    const running: string[] = []
    for (const { file, ask } of KEEPERS) if (await exists(file)) running.push(ask)
    return [judgeKept(await exists(TIMESYNCD), running[0], now)]
  },
}

/** @param written when the audit log was last written to */
export function judgePast(written: number | undefined, now: number): Result | undefined {
  if (written === undefined || written - now < TOLERANCE_MS) return undefined
  return problem(
    `it is ${iso(now)} here, but the audit log was written at ${iso(written)}: the clock was set back, or is wrong; set it by NTP`,
  )
}

/** @param ask the command that tells it of the program that runs; undefined for none that was found */
export function judgeKept(synchronized: boolean, ask: string | undefined, now: number): Result {
  if (synchronized) return ok(`kept right by systemd-timesyncd; it is ${iso(now)}`)
  const need = `one-time codes need it right to ${2 * (TOLERANCE_MS / 1000)} s`
  return ask === undefined
    ? warning(
        `it could not be told whether anything keeps it right, and ${need}; it is ${iso(now)} here. Look (in a container: on its host) with: timedatectl`,
      )
    : ok(`a program keeps it right, and ${need}; it is ${iso(now)}. How far off it is tells: ${ask}`)
}

const iso = (time: number): string => new Date(time).toISOString()
