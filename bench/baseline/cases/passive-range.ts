import { bad, type Case, good } from '../visit.js'

/** More ports than the range of a server under test has. */
const REPEATS = 200

export const passiveRange: Case = {
  name: 'EPSV repeated by one session',
  async run(visit) {
    const greedy = await visit.login()
    let ports = 0
    while (ports < REPEATS && (await greedy.command('EPSV')).code === 229) ports++
    const { code } = await (await visit.login()).command('EPSV')
    if (code === 229) return good(`another session still gets a port after ${ports} of them`)
    return bad(`after ${ports} of them another session gets no port (${code})`)
  },
}
