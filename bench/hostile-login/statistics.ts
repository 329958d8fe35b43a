export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export interface RankTest {
  /** Of a value of `a` and one of `b`, how often that of `a` is the larger; 0.5 when they cannot be told apart. */
  readonly larger: number
  /** How likely a difference of this size is where there is none, two-sided. */
  readonly p: number
}

/** Mann-Whitney U by its normal approximation, for samples of 20 and more without many equal values. */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  const ranked = [...a.map(value => ({ value, own: true })), ...b.map(value => ({ value, own: false }))].sort(
    (x, y) => x.value - y.value,
  )
  const ranks = ranked.reduce((sum, { own }, index) => (own ? sum + index + 1 : sum), 0)
  const pairs = a.length * b.length
  const u = ranks - (a.length * (a.length + 1)) / 2
  const deviation = Math.sqrt((pairs * (a.length + b.length + 1)) / 12)
  return { larger: u / pairs, p: 2 * upperTail(Math.abs(u - pairs / 2) / deviation) }
}

/** Of the standard normal distribution, to 7 digits (Abramowitz and Stegun, 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
}
