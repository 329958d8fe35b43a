import { randomUUID } from 'node:crypto'
import { access, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bad, type Case, good } from '../visit.js'

export const symlinkInHome: Case = {
  name: 'symlink in the home',
  async run(visit) {
    const { home } = visit.target
    if (home === undefined) return bad('not tried: needs --home')
    const outside = await mkdtemp(join(tmpdir(), 'outside-'))
    const link = visit.file('link')
    const secret = randomUUID()
    try {
      await writeFile(join(outside, 'secret'), secret)
      await symlink(outside, join(home, link))
      const client = await visit.login()
      const { bytes } = await client.download(`${link}/secret`)
      await client.upload(`${link}/planted`, 'planted')
      const read = bytes.toString() === secret
      const written = await access(join(outside, 'planted')).then(
        () => true,
        () => false,
      )
      if (!read && !written) return good('neither read nor written through')
      return bad(`${[read && 'reads', written && 'writes'].filter(Boolean).join(' and ')} outside the root`)
    } finally {
      await rm(join(home, link), { force: true })
      await rm(outside, { recursive: true, force: true })
    }
  },
}
