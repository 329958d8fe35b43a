import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { splitPem } from '../certificate-chain.js'

/** The first certificate of a file; undefined where it cannot be read, which the examination of the configuration tells. */
export async function readCertificate(file: string): Promise<X509Certificate | undefined> {
  try {
    const [first] = splitPem(await readFile(file, 'latin1'))
    return first === undefined ? undefined : new X509Certificate(first)
  } catch {
    return undefined
  }
}

/** Host names that it is for, `*.` of wildcards included. Node writes them as `DNS:`. */
export const dnsNames = ({ subjectAltName = '' }: X509Certificate): string[] =>
  Array.from(subjectAltName.matchAll(/(?:^|, )DNS:([^,"]+)/g), ([, name = '']) => name)
