const OPTION = /^-[A-Za-z0-9]*(?: +|$)/

/**
 * Removes what clients send as if LIST were `ls`: `-a`, `-l`, `-al`, alone or before a path. A file of that name is
 * reached as `./-a`.
 */
export function withoutOptions(argument: string): string {
  let rest = argument
  for (let match = OPTION.exec(rest); match; match = OPTION.exec(rest)) rest = rest.slice(match[0].length)
  return rest
}

export const isWildcard = (text: string): boolean => /[*?]/.test(text)

/**
 * Matches `*` and `?` against one name in O(name × pattern) at worst, never exponentially (CVE-2011-0762). As in a
 * shell, a leading dot must be named.
 */
export function matchesWildcard(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false
  let n = 0
  let p = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      resume = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
