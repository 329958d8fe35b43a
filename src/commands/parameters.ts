import type { AnyTimeCommand } from './command.js'

const TYPES: Readonly<Record<string, 'A' | 'I'>> = { A: 'A', 'A N': 'A', I: 'I', 'L 8': 'I', L8: 'I' }

/** ASCII and image (RFC 959 §3.1.1). */
export const TYPE: AnyTimeCommand = {
  verb: 'TYPE',
  syntax: 'A|I|L 8',
  phase: 'any',
  argument: 'required',
  async *run({ settings }, argument) {
    const type = TYPES[argument.trim().toUpperCase()]
    if (!type) {
      yield /^[AEIL](\s|$)/i.test(argument.trim()) ? 'bad_value' : 'bad_parameter'
      return
    }
    settings.ascii = type === 'A'
    yield { name: 'done', text: `Type set to ${type}.` }
  },
}

/** A parameter of RFC 959 of which one value is served. */
const single = (verb: string, only: string, others: string): AnyTimeCommand => ({
  verb,
  syntax: only,
  phase: 'any',
  argument: 'required',
  async *run(_context, argument) {
    const value = argument.trim().toUpperCase()
    if (value === only) yield 'done'
    else yield value.length === 1 && others.includes(value) ? 'bad_value' : 'bad_parameter'
  },
})

export const STRU = single('STRU', 'F', 'RP')
export const MODE = single('MODE', 'S', 'BCZ')
