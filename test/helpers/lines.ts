// Text files line by line, counted from 1 as editors do.

export const at = (lines: readonly string[], line: number): string => lines[line - 1] ?? ''
export const edit = (lines: string[], line: number, change: (text: string) => string) =>
  lines.map((text, index) => (index === line - 1 ? change(text) : text))
export const without = (lines: string[], from: number, count = 1) => lines.toSpliced(from - 1, count)
export const withLines = (lines: string[], before: number, ...added: string[]) =>
  lines.toSpliced(before - 1, 0, ...added)
