import { bad, type Case, good } from '../visit.js'

export const quotedName: Case = {
  name: '`DELE a"b.txt`',
  async run(visit) {
    const client = await visit.login()
    const plain = visit.file('ab.txt')
    const quoted = plain.replace('ab.txt', 'a"b.txt')
    await client.upload(plain, 'another file')
    await client.upload(quoted, 'the file with the quote')
    const { code } = await client.command(`DELE ${quoted}`)
    if ((await visit.content(plain))?.toString() !== 'another file')
      return bad(`${code}, and \`ab.txt\` deleted, another file`)
    const left = (await visit.content(quoted)) !== undefined
    return code === 250 && !left ? good('that file deleted, no other') : bad(`${code}, and nothing deleted`)
  },
}
