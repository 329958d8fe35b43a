import { portcullisWith } from '../baseline/portcullis.js'
import { USER } from '../baseline/scene.js'
import type { Source } from '../baseline/target.js'

/** Users beside {@link USER}, each of whom logs in once: no login of theirs is in the cache of right passwords. */
export const partner = (number: number): string => `partner${number}`

/** Portcullis with so many partners and these limits, all else as it comes. */
export const serverWith = (partners: number, limits: Readonly<Record<string, object>>): Source =>
  portcullisWith([USER, ...Array.from({ length: partners }, (_, number) => partner(number))], {
    onUpload: { queue: { folder: 'queue' } },
    auth: { limits },
  })
