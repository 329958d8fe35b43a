import type { Held } from '../probed-server.js'
import { Peer } from './peer.js'
import { type Played, play } from './play.js'
import { Violation } from './replies.js'
import { Scene, userOf } from './scene.js'
import { type Stream, streamOf } from './stream.js'

export interface CampaignOptions {
  readonly seed: string
  /** Number of the first stream. */
  readonly from: number
  /** Ends when so many commands were answered … */
  readonly commands: number
  /** … or after so many milliseconds. */
  readonly milliseconds: number
  /** Connections at a time. */
  readonly workers: number
  /** Streams after which everybody leaves and the server is looked at. */
  readonly round: number
}

export interface Round extends Held {
  readonly commands: number
  readonly streams: number
  readonly seconds: number
}

export interface Outcome {
  readonly rounds: readonly Round[]
  readonly codes: ReadonlyMap<number, number>
  readonly auditRecords: number
}

/** A stream in which the server did what it must not. */
export class StreamFailed extends Error {
  readonly index: number
  readonly stream: Stream

  constructor(index: number, stream: Stream, cause: unknown) {
    super(`stream ${index}: ${(cause as Error).message}`, { cause })
    this.index = index
    this.stream = stream
  }
}

/**
 * Plays stream after stream at one server, several at a time, and looks at the server after each round of them.
 *
 * @throws StreamFailed for what one stream shows, Violation for what only a round does
 */
export async function campaign(options: CampaignOptions, report: (round: Round) => void): Promise<Outcome> {
  await using scene = await Scene.open(options.workers)
  const { server } = scene
  await visit(scene, options.workers)
  // What a first visit brings with it, threads for instance, is there from then on.
  const base = await server.held()
  const started = performance.now()
  const rounds: Round[] = []
  const codes = new Map<number, number>()
  let next = options.from
  let commands = 0
  let failure: unknown
  const done = () =>
    failure !== undefined ||
    commands >= options.commands ||
    performance.now() - started >= options.milliseconds
  while (!done()) {
    const last = next + options.round
    const work = async (worker: number) => {
      while (next < last && !done()) {
        const index = next++
        const played = await playNumber(scene, worker, options.seed, index)
        commands += played.answered
        for (const [code, times] of played.codes) codes.set(code, (codes.get(code) ?? 0) + times)
      }
    }
    // Nobody may be at work any more when the server and its files go.
    const working = Array.from({ length: options.workers }, (_, worker) =>
      work(worker).catch(error => {
        failure ??= error
      }),
    )
    await Promise.all(working)
    if (failure !== undefined) throw failure
    await visit(scene, 1)
    const held = await server.quiet(base)
    check(held, base, server.errors)
    await scene.checkOutside()
    const seconds = (performance.now() - started) / 1000
    const round = { ...held, commands, streams: next - options.from, seconds }
    rounds.push(round)
    report(round)
  }
  return { rounds, codes, auditRecords: await scene.checkAudit() }
}

async function playNumber(scene: Scene, worker: number, seed: string, index: number): Promise<Played> {
  const stream = streamOf(seed, index)
  try {
    const played = await play(scene, worker, stream)
    if (!scene.server.alive) throw new Violation('the server is gone')
    return played
  } catch (cause) {
    throw new StreamFailed(index, stream, cause)
  }
}

/** What any user does: it must work at any time. */
async function visit(scene: Scene, workers: number): Promise<void> {
  for (let worker = 0; worker < workers; worker++) {
    const peer = await Peer.connect(scene.server.port, 0, scene.forbidden)
    await peer.login(userOf(worker))
    await peer.command('HASH file')
    await peer.command('QUIT')
    peer.destroy()
  }
}

function check(held: Held, base: Held, errors: readonly string[]): void {
  if (errors.length > 0) throw new Violation(`the server logged errors:\n${errors.join('\n')}`)
  const { sockets, listening, files, timers } = held
  if (sockets > base.sockets || listening > base.listening || files > base.files || timers > base.timers)
    throw new Violation(`still held when everybody had left: ${JSON.stringify({ held, base })}`)
}
