import { join } from 'node:path'
import type { WholeFile } from '../../../src/files/place-whole.js'

export const CONTENT = Buffer.from('all of it')

export const wholeFile = (folder: string): WholeFile => ({
  bytes: CONTENT,
  folder,
  partial: join(folder, '.partial'),
  name: join(folder, 'name'),
  mode: 0o640,
  replaces: true,
  durable: true,
  checksum: true,
})
