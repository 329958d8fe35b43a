import { DIGEST_ALGORITHMS, type DigestAlgorithm } from '../core/digest.js'

/** `SHA-256*;SHA-512;…`: every algorithm, a star behind the selected one (draft-bryan-ftpext-hash §3.1). */
export const describeAlgorithms = (selected: DigestAlgorithm): string =>
  DIGEST_ALGORITHMS.map(name => (name === selected ? `${name}*` : name)).join(';')

/** An algorithm by its name in any case; undefined when there is none of that name. */
export const parseAlgorithm = (name: string): DigestAlgorithm | undefined =>
  DIGEST_ALGORITHMS.find(known => known === name.toUpperCase())
