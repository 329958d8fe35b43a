import { loadConfig } from '../config/load.js'
import type { Config } from '../config/schema.js'
import { inspectCertificates } from './certificates.js'
import { inspectClientTrust } from './client-trust-files.js'
import { UsageError } from './exit.js'

export interface ConfigSource {
  /** The configuration file. */
  readonly config: string
  /** In place of `server.listen.port`. */
  readonly port?: number
}

/** @throws ConfigError or UsageError with everything that is wrong, certificates included */
export async function usableConfig({ config: file, port }: ConfigSource): Promise<Config> {
  const config = withPort(await loadConfig(file), port)
  const findings = [...(await inspectCertificates(config)), ...(await inspectClientTrust(config))]
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length > 0)
    throw new UsageError(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return config
}

const withPort = (config: Config, port: number | undefined): Config =>
  port === undefined
    ? config
    : { ...config, server: { ...config.server, listen: { ...config.server.listen, port } } }
