import type { Config } from '../config/schema.js'
import { type Finding, inspectCertificates } from './certificates.js'
import { inspectClientTrust } from './client-trust-files.js'
import { inspectControlSocket } from './inspect-control-socket.js'
import { findWarnings } from './warnings.js'

/** All that is wrong, or probably not meant, with a configuration that could be read. `file`: its absolute path. */
export async function inspectConfig(config: Config, file: string): Promise<Finding[]> {
  return [
    ...(await inspectCertificates(config)),
    ...(await inspectClientTrust(config)),
    ...(await inspectControlSocket(config)),
    ...(await findWarnings(config, file)),
  ]
}

export const findingText = ({ path, message }: Finding): string =>
  `${path === '' ? '' : `${path}: `}${message}`
