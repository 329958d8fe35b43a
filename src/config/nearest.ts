/** Edits (insert, delete, replace, swap of neighbours) from one text to the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min(
        (current[column - 1] ?? 0) + 1,
        (last[column] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1)
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '')

/** The candidate that was most likely meant; undefined when none is close. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  // Nobody mistypes a whole paragraph, and the distance costs the product of the lengths.
  if (text.length > 64) return undefined
  const wanted = plain(text)
  if (wanted === '') return undefined
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate))
    if (distance <= Math.max(1, Math.floor(wanted.length / 3)) && distance < (best?.distance ?? Infinity)) {
      best = { candidate, distance }
    }
  }
  if (best) return best.candidate
  const containing = candidates.filter(candidate => wanted.length >= 3 && plain(candidate).includes(wanted))
  return containing.length === 1 ? containing[0] : undefined
}
