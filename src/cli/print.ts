/** For the reader of the output. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** For the person who started it, when something is wrong or has to be known. */
export const complain = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
