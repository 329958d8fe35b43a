import type { Address } from '../server.js'

/** What a visitor process is told; it answers each order once it is carried out. */
export type Order =
  /** Log in until there are that many sessions, so many at a time. */
  | { readonly do: 'enter'; readonly address: Address; readonly sessions: number; readonly abreast: number }
  /** Transfer small files in every session at once, `files` in each, but no longer than `seconds`. */
  | { readonly do: 'down' | 'up'; readonly files: number; readonly seconds: number; readonly names: string }
  /** Come and go, `lanes` at once, for `seconds`: with a login or only as far as the greeting. */
  | {
      readonly do: 'visit'
      readonly address: Address
      readonly login: boolean
      readonly lanes: number
      readonly seconds: number
    }

export interface Answer {
  /** What kept the order from being carried out. */
  readonly failed?: string
  /** One for each file or visit, in milliseconds. */
  readonly took: readonly number[]
}
