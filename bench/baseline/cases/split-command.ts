import { bad, type Case, good } from '../visit.js'

export const splitCommand: Case = {
  name: 'a command split over two TLS records',
  async run(visit) {
    const client = await visit.login()
    await new Promise<void>(resolve => client.control.write('NO', () => resolve()))
    client.send('OP\r\n')
    client.send('SYST\r\n')
    const codes: number[] = []
    for (let { code } = await client.reply(); code !== 215; { code } = await client.reply()) codes.push(code)
    if (codes.length === 1 && codes[0] === 200) return good('one command, 200')
    return bad(`${codes.length === 2 ? 'two' : codes.length} wrong commands (${codes.join(', ')})`)
  },
}
