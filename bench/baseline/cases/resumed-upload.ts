import { bad, type Case, good } from '../visit.js'

const HALF = 32_768

export const resumedUpload: Case = {
  name: 'upload resumed with REST',
  async run(visit) {
    const client = await visit.login()
    const path = visit.file('resumed.bin')
    const whole = Buffer.concat([Buffer.alloc(HALF, 'A'), Buffer.alloc(HALF, 'B')])
    await client.upload(path, whole.subarray(0, HALF))
    const rest = await client.command(`REST ${HALF}`)
    if (rest.code !== 350) return bad(`REST was answered ${rest.code}`)
    const { code } = await client.upload(path, whole.subarray(HALF))
    const content = await visit.content(path)
    if (content?.equals(whole)) return good(`${code}, and the file is whole`)
    if (content?.subarray(0, HALF).equals(Buffer.alloc(HALF)))
      return bad(`${code}, and the first half of the file replaced by NUL bytes`)
    return bad(`${code}, and the file is not what was sent`)
  },
}
