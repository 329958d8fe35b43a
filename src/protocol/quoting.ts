/** A path in a 257 reply: in double quotes, quotes inside doubled (RFC 959 appendix II). */
export const quoted = (path: string): string => `"${path.replaceAll('"', '""')}"`
