/** A path in a 257 reply: in double quotes, quotes inside doubled (RFC 959 appendix II). */
export const quoted = (path: string): string => `"${path.replaceAll('"', '""')}"`

/**
 * Reads `"path" rest`, quotes inside doubled; without a quote at its beginning and its end the text is the path as it
 * stands. The rest is numbers: what else follows a quote belongs to a name.
 */
export function leadingQuoted(text: string): { path: string; rest: string } {
  const match = /^"(.*)"(?: ([\d ]*))?$/s.exec(text)
  if (!match) return { path: text, rest: '' }
  const [, path = '', rest = ''] = match
  return { path: path.replaceAll('""', '"'), rest: rest.trim() }
}
