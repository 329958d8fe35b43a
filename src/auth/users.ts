import { type Argon2Cost, COST_FLOOR, dummyHash, meetsFloor, parsePhc } from './argon2.js'
import { User, type UserRecord } from './user.js'

/** The users of one configuration, by name. Never changed: a reload makes a new one. */
export class UserTable {
  readonly #users = new Map<string, User>()
  /** Compared with where there is no hash to compare with, so that this takes as long. */
  readonly dummyHash: string

  /** @throws Error for a name given twice, a network that is none, or a hash below the floor */
  constructor(records: Iterable<UserRecord>) {
    for (const record of records) {
      if (this.#users.has(record.name)) throw new Error(`user ${record.name} is given twice`)
      if (record.passwordHash === undefined) {
        // Somebody who needs neither could be anyone.
        if (!record.certificate)
          throw new Error(`user ${record.name} has neither a password nor a certificate`)
        if (record.totp !== undefined) throw new Error(`user ${record.name} has codes without a password`)
      } else if (!meetsFloor(record.passwordHash)) {
        throw new Error(`the password hash of user ${record.name} is not argon2id, or too weak`)
      }
      this.#users.set(record.name, new User(record))
    }
    this.dummyHash = dummyHash(commonestCost(this.#users.values()))
  }

  get(name: string): User | undefined {
    return this.#users.get(name)
  }
}

/** What most users' hashes cost: of those, an unknown user cannot be told by time. */
function commonestCost(users: Iterable<User>): Argon2Cost {
  const counts = new Map<string, { readonly cost: Argon2Cost; users: number }>()
  for (const { passwordHash } of users) {
    if (passwordHash === undefined) continue
    const cost = parsePhc(passwordHash) ?? COST_FLOOR
    const key = `${cost.memory},${cost.passes},${cost.parallelism}`
    const entry = counts.get(key) ?? { cost, users: 0 }
    entry.users += 1
    counts.set(key, entry)
  }
  const [first] = [...counts.values()].sort((a, b) => b.users - a.users)
  return first?.cost ?? COST_FLOOR
}
