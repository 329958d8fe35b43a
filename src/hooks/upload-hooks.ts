import { join } from 'node:path'
import type { HookName } from '../core/audit-event.js'
import { command } from './command.js'
import { Deliveries, type HookServices, type NoticePlace } from './deliveries.js'
import type { Deliver } from './delivery.js'
import type { HookOptions } from './options.js'
import { QueueFolder } from './queue-folder.js'
import { webhook } from './webhook.js'

/** Most that attempts under way get when the server stops: they are repeated at the next start anyway. */
const MAX_GRACE_MS = 5000

/** Tells of uploads, by a webhook, a command, or both. Each has a queue of its own and does not wait for the other. */
export class UploadHooks {
  readonly #folder: string
  readonly #services: HookServices
  /** Of every hook that was ever on since the start. */
  readonly #deliveries = new Map<HookName, Deliveries>()
  #started = false

  /** @param folder absolute path of the queues' folder, which no other server may use */
  constructor(folder: string, services: HookServices) {
    this.#folder = folder
    this.#services = services
  }

  /**
   * Opens the queues that other options need. The function it resolves to puts these into use, with the next upload and
   * the next attempt; what waits goes on waiting. Not calling it leaves all as it was.
   * @throws the errno of a queue that cannot be opened
   */
  async prepare(options: HookOptions): Promise<() => void> {
    const wanted: [HookName, { deliver: Deliver; concurrency: number } | undefined][] = [
      ['webhook', options.webhook && { ...options.webhook, deliver: webhook(options.webhook) }],
      [
        'command',
        options.command && { ...options.command, deliver: command(options.command, this.#services.log) },
      ],
    ]
    const opened = new Map<HookName, Deliveries>()
    for (const [hook, kind] of wanted) {
      if (!kind || this.#deliveries.has(hook)) continue
      const folder = await QueueFolder.open(join(this.#folder, hook))
      const deliveries = new Deliveries(hook, folder, this.#services)
      if (this.#started) await deliveries.sweep()
      opened.set(hook, deliveries)
    }
    return () => {
      for (const [hook, deliveries] of opened) this.#deliveries.set(hook, deliveries)
      for (const [hook, kind] of wanted) {
        const { queue, retry } = options
        const policy = kind && { deliver: kind.deliver, concurrency: kind.concurrency, queue, retry }
        this.#deliveries.get(hook)?.replace(policy)
      }
      if (this.#started) for (const deliveries of opened.values()) deliveries.start()
    }
  }

  /** Begins to deliver what waits. To be called when the control port is bound: no other server runs then. */
  async start(): Promise<void> {
    this.#started = true
    for (const deliveries of this.#deliveries.values()) {
      await deliveries.sweep()
      deliveries.start()
    }
  }

  /** Attempts under way may end within `grace` milliseconds, but 5 s at most; the rest is left to the next start. */
  async stop(grace: number): Promise<void> {
    this.#started = false
    const patience = Math.min(grace, MAX_GRACE_MS)
    await Promise.all(Array.from(this.#deliveries.values(), deliveries => deliveries.stop(patience)))
  }

  /**
   * To be asked before an upload begins; undefined when nobody wants to know of it.
   * @throws Fault `no_space` with the reason `hook_queue_full`
   */
  reserve(): NoticePlace | undefined {
    const active = Array.from(this.#deliveries.values()).filter(({ isOn }) => isOn)
    if (active.length === 0) return undefined
    const places: NoticePlace[] = []
    const release = () => {
      for (const place of places) place[Symbol.dispose]()
    }
    try {
      for (const deliveries of active) places.push(deliveries.reserve())
    } catch (error) {
      release()
      throw error
    }
    return {
      accept: async notice => {
        await Promise.all(places.map(place => place.accept(notice)))
      },
      [Symbol.dispose]: release,
    }
  }
}
