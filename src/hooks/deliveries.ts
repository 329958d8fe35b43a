import {
  type AuditEvent,
  type HookName,
  hookDelivered,
  hookFailed,
  hookGivenUp,
} from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
import type { Audit, Log } from '../core/ports.js'
import { backOff, type Retry } from './back-off.js'
import { type Deliver, type DeliveryFailure, toDeliveryFailure } from './delivery.js'
import { subjectOf, type UploadNotice } from './notice.js'
import type { QueueLimits } from './options.js'
import type { QueueEntry, QueueFolder } from './queue-folder.js'

/** Room for one notice, kept until it is accepted or this is disposed. */
export interface NoticePlace extends Disposable {
  /**
   * When this resolves the notice will be delivered, whatever happens to this process.
   * @throws Fault `storage_error` with the reason `hook_queue_failed`
   */
  accept(notice: UploadNotice): Promise<void>
}

export interface DeliveryPolicy {
  readonly deliver: Deliver
  readonly concurrency: number
  readonly queue: QueueLimits
  readonly retry: Retry
}

export interface HookServices {
  readonly audit: Audit
  readonly log: Log
  /** From 0 to 1. */
  readonly random: () => number
}

/**
 * The notices that wait for one hook. Each is tried until it is delivered or too old, some at a time; the oldest is
 * tried first, but one that failed lets the others pass.
 */
export class Deliveries {
  readonly #hook: HookName
  readonly #folder: QueueFolder
  readonly #services: HookServices
  /** Undefined while the hook is off: then notices only wait. */
  #policy: DeliveryPolicy | undefined
  readonly #ready: Set<string>
  readonly #waiting = new Map<string, NodeJS.Timeout>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #lifetime = new AbortController()
  #reserved = 0
  #started = false

  constructor(hook: HookName, folder: QueueFolder, services: HookServices) {
    this.#hook = hook
    this.#folder = folder
    this.#services = services
    this.#ready = new Set(folder.found)
  }

  get isOn(): boolean {
    return this.#policy !== undefined
  }

  /** Takes effect with the next attempt; what runs goes on. */
  replace(policy: DeliveryPolicy | undefined): void {
    this.#policy = policy
    this.#pump()
  }

  /** Tidies the folder. To be called once no other server can be at work on it. Throws the errno. */
  sweep(): Promise<void> {
    return this.#folder.sweep()
  }

  /** Begins to deliver. To be called after {@link sweep}. */
  start(): void {
    this.#started = true
    this.#pump()
  }

  /** What runs may end within `grace` milliseconds; the rest is left to the next start. */
  async stop(grace: number): Promise<void> {
    this.#started = false
    for (const timer of this.#waiting.values()) clearTimeout(timer)
    const timer = setTimeout(() => this.#lifetime.abort(), grace)
    await Promise.all(this.#running.values())
    clearTimeout(timer)
  }

  /** @throws Fault `no_space` with the reason `hook_queue_full` */
  reserve(): NoticePlace {
    const held = this.#ready.size + this.#waiting.size + this.#running.size + this.#reserved
    if (this.#policy && held >= this.#policy.queue.max)
      throw new Fault('no_space', { reason: 'hook_queue_full' })
    this.#reserved++
    let isHeld = true
    const release = () => {
      if (isHeld) this.#reserved--
      isHeld = false
    }
    return {
      accept: async notice => {
        try {
          await this.#folder.add(notice)
        } catch (cause) {
          throw new Fault('storage_error', { reason: 'hook_queue_failed', cause })
        }
        release()
        this.#makeReady(notice.id)
      },
      [Symbol.dispose]: release,
    }
  }

  #makeReady(id: string): void {
    this.#ready.add(id)
    this.#pump()
  }

  #pump(): void {
    for (const id of this.#ready) {
      const policy = this.#policy
      if (!this.#started || !policy || this.#running.size >= policy.concurrency) return
      this.#ready.delete(id)
      const attempt = this.#attempt(id, policy)
        .catch(err => this.#services.log.error({ err, hook: this.#hook, id }, 'a notice cannot be worked on'))
        .finally(() => {
          this.#running.delete(id)
          this.#pump()
        })
      this.#running.set(id, attempt)
    }
  }

  async #attempt(id: string, policy: DeliveryPolicy): Promise<void> {
    const entry = await this.#read(id, policy)
    if (!entry) return
    const attempts = entry.attempts + 1
    const { signal } = this.#lifetime
    try {
      await policy.deliver(entry.notice, attempts, signal)
    } catch (thrown) {
      // Cut short by the stop of the server: as if it had never begun.
      if (!signal.aborted) await this.#failed({ ...entry, attempts }, toDeliveryFailure(thrown), policy)
      return
    }
    this.#note(hookDelivered(this.#facts({ ...entry, attempts })), entry.notice)
    await this.#folder.remove(id)
  }

  async #read(id: string, policy: DeliveryPolicy): Promise<QueueEntry | undefined> {
    const { log } = this.#services
    try {
      return await this.#folder.read(id)
    } catch (err) {
      const about = { err, hook: this.#hook, id }
      if (err instanceof SyntaxError) {
        log.error(about, 'a file in the queue is no notice and is set aside')
        await this.#folder.setAside(id, policy.queue.keepFailed)
      } else if ((err as NodeJS.ErrnoException).code === 'ENOENT') {
        log.warn(about, 'a notice was removed from the queue by somebody else')
      } else {
        log.error(about, 'a notice cannot be read and is tried again later')
        this.#wait(id, policy.retry.maxDelay)
      }
      return undefined
    }
  }

  async #failed(entry: QueueEntry, failure: DeliveryFailure, policy: DeliveryPolicy): Promise<void> {
    const { notice, attempts } = entry
    const { log, random } = this.#services
    const facts = { ...this.#facts(entry), error: failure.message }
    const delay = backOff(policy.retry, attempts, random())
    if (Date.now() - Date.parse(notice.time) + delay > policy.retry.giveUpAfter) {
      log.error({ err: failure.cause, ...facts }, 'a notice of an upload was given up')
      this.#note(hookGivenUp(failure.reason, facts), notice)
      await this.#folder.setAside(notice.id, policy.queue.keepFailed)
      return
    }
    log.warn({ err: failure.cause, ...facts, retryIn: delay }, 'a notice of an upload was not delivered')
    // Only the first time: a receiver that is away for a day must not fill the audit log.
    if (attempts === 1) this.#note(hookFailed(failure.reason, facts), notice)
    await this.#folder
      .update(entry)
      .catch(err => log.warn({ err, ...facts }, 'an attempt could not be counted'))
    this.#wait(notice.id, delay)
  }

  #wait(id: string, delay: number): void {
    if (!this.#started) return
    const timer = setTimeout(() => {
      this.#waiting.delete(id)
      this.#makeReady(id)
    }, delay)
    this.#waiting.set(id, timer)
  }

  #facts({ notice, attempts }: QueueEntry) {
    return { hook: this.#hook, id: notice.id, path: notice.path, attempts }
  }

  /** The notice goes its way whether or not that can be recorded. */
  #note(event: AuditEvent, notice: UploadNotice): void {
    try {
      this.#services.audit.record(event, subjectOf(notice))
    } catch (err) {
      this.#services.log.error({ err }, 'the fate of a notice could not be written to the audit log')
    }
  }
}
