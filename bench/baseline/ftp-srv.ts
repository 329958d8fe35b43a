import { fileURLToPath } from 'node:url'
import { launched } from './launch.js'
import { PASSWORD, USER } from './scene.js'

const PROGRAM = fileURLToPath(new URL('ftp-srv/main.js', import.meta.url))

/** The published package, set up as its README says, over implicit TLS. */
export const ftpSrv = launched('ftp-srv', async ({ cert, key, home, passive }) => ({
  file: PROGRAM,
  args: [cert, key, home, passive, USER, PASSWORD],
}))
