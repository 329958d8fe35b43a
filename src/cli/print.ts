// Who reads no further, such as head, has seen enough; without a listener that would end the process with a trace.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

/** For the reader of the output. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** For the person who started it, when something is wrong or has to be known. */
export const complain = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
