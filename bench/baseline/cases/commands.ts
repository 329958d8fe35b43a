import { bad, type Case, good } from '../visit.js'

/** Command not recognized, command not implemented (RFC 959 §4.2.1). */
const NOT_THERE: readonly number[] = [500, 502]

export const commands: Case = {
  name: 'MLSD, MLST, HASH, MFMT',
  async run(visit) {
    const client = await visit.login()
    const path = visit.file('facts.txt')
    await client.upload(path, 'facts')
    const lines = {
      MLSD: 'MLSD',
      MLST: `MLST ${path}`,
      HASH: `HASH ${path}`,
      MFMT: `MFMT 20260101000000 ${path}`,
    }
    const there: string[] = []
    const missing: string[] = []
    for (const [verb, line] of Object.entries(lines)) {
      // MLSD has no data connection here: a server that knows it says so.
      client.send(`${line}\r\n`)
      const { code } = await client.finalReply()
      ;(NOT_THERE.includes(code) ? missing : there).push(verb)
    }
    if (missing.length === 0) return good('there')
    if (there.length === 0) return bad('not there')
    return bad(`${there.join(', ')} there; ${missing.join(', ')} not`)
  },
}
