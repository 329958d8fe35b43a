import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml'
import { include, TAGS } from './included.js'
import { formatPath, type Problem } from './problem.js'
import { isSecret } from './secrets.js'

export interface Fault {
  readonly message: string
  readonly text?: string | undefined
  readonly expected?: string | undefined
  readonly nearest?: string | undefined
  /** Point to the key rather than to its value. */
  readonly atKey?: boolean
}

const isTagged = (node: unknown): node is Scalar<string> & { tag: string } =>
  isScalar(node) && TAGS.some(tag => tag === node.tag)

/** A configuration file as values, each of which knows where it stands. */
export class Source {
  /** What is wrong with the text itself: syntax, duplicate keys, tags that lead nowhere. */
  readonly problems: Problem[] = []
  readonly #file: string
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #document: Document.Parsed<ParsedNode>

  private constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const seen = new Set<number>()
    for (const error of this.#document.errors) {
      // One slip makes the parser complain several times in one place.
      if (!seen.has(error.pos[0])) this.problems.push(this.#syntaxProblem(error))
      seen.add(error.pos[0])
    }
  }

  /** Parses the text and fetches what `!file` (relative to `folder`) and `!env` stand for. */
  static async parse(file: string, text: string, folder: string): Promise<Source> {
    const source = new Source(file, text)
    if (source.readable) await source.#settleReferences(folder)
    return source
  }

  /** False when the text is no YAML, so that nothing can be said about its keys. */
  get readable(): boolean {
    return this.#document.errors.every(({ code }) => code === 'DUPLICATE_KEY')
  }

  /** The values. A key with nothing after it counts as not written. */
  toValue(): unknown {
    visit(this.#document, {
      Pair: (_, { value }) =>
        isScalar(value) && value.value === null && value.source === '' && !value.tag
          ? visit.REMOVE
          : undefined,
    })
    return this.#document.toJS() ?? {}
  }

  /** A problem at the value of `path`; where none stands, at the section it is missing from. */
  problem(path: readonly PropertyKey[], { message, text, expected, nearest, atKey }: Fault): Problem {
    const at = this.#linePosition(this.#offsetOf(path, atKey ?? false))
    return { file: this.#file, ...at, path: formatPath(path), message, text, expected, nearest }
  }

  /** True when the file has something at `path`. */
  stands(path: readonly PropertyKey[]): boolean {
    return this.#find(path) !== undefined
  }

  /** How the value of `path` may be shown: short, in one line; undefined for a secret. */
  textOf(path: readonly PropertyKey[]): string | undefined {
    const node = this.#find(path)?.value
    if (isSecret(path)) return undefined
    if (isMap(node)) return 'a section'
    if (isSeq(node)) return node.items.length === 0 ? 'an empty list' : 'a list'
    if (!isScalar(node)) return undefined
    if (isTagged(node)) return `what ${node.tag} gave`
    const text = typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value)
    return text.length > 60 ? `${text.slice(0, 59)}…` : text
  }

  #syntaxProblem({ code, message, pos }: YAMLError): Problem {
    const key = code === 'DUPLICATE_KEY' ? /^[^\s:]+/.exec(this.#text.slice(pos[0]))?.[0] : undefined
    // What the parser quotes after a colon may be part of a secret.
    const quiet = message
      .replace(/: ("|(?<=characters: )).*$/s, '')
      .replace(/^./, first => first.toLowerCase())
    return {
      file: this.#file,
      ...this.#linePosition(pos[0]),
      path: '',
      message:
        code === 'DUPLICATE_KEY'
          ? `duplicate key "${key ?? ''}": it stands in this section already`
          : `not valid YAML: ${quiet}`,
      text: key,
      expected: undefined,
      nearest: undefined,
    }
  }

  async #settleReferences(folder: string): Promise<void> {
    const tagged: { node: Scalar<string> & { tag: string }; path: PropertyKey[] }[] = []
    visit(this.#document, {
      Node: (key, node, ancestors) => {
        const path = pathTo([...ancestors, node])
        if (isTagged(node)) tagged.push({ node, path })
        else if (isAlias(node) && node.resolve(this.#document) === undefined) {
          this.problems.push(
            this.problem(path, { message: 'no such anchor; text that begins with * goes in quotes' }),
          )
          return visit.REMOVE
        } else if (!isAlias(node) && node.tag?.startsWith('!')) {
          const tag = isSecret(path) ? 'tag' : `tag ${node.tag}`
          const expected = 'known are !file PATH and !env NAME; text that begins with ! goes in quotes'
          this.problems.push(this.problem(path, { message: `unknown ${tag}; ${expected}`, expected }))
        }
        return key === 'key' ? visit.SKIP : undefined
      },
    })
    for (const { node, path } of tagged) {
      try {
        node.value = await include(node.tag, node.value, folder)
      } catch (error) {
        const message = `${node.tag} ${node.value}: ${(error as Error).message}`
        this.problems.push(this.problem(path, { message }))
      }
    }
  }

  #find(path: readonly PropertyKey[]): { key?: unknown; value: unknown } | undefined {
    let found: { key?: unknown; value: unknown } = { value: this.#document.contents }
    for (const step of path) {
      const inside = isAlias(found.value) ? found.value.resolve(this.#document) : found.value
      if (isMap(inside)) {
        const pair = inside.items.find(({ key }) => keyText(key) === String(step))
        if (pair === undefined) return undefined
        found = pair
      } else if (isSeq(inside) && inside.items[Number(step)] !== undefined) {
        found = { value: inside.items[Number(step)] }
      } else return undefined
    }
    return found
  }

  #offsetOf(path: readonly PropertyKey[], atKey: boolean): number {
    for (let length = path.length; length > 0; length--) {
      const found = this.#find(path.slice(0, length))
      if (found === undefined) continue
      const preferKey = atKey || length < path.length
      const offset = preferKey ? (startOf(found.key) ?? startOf(found.value)) : startOf(found.value)
      if (offset !== undefined) return offset
    }
    return 0
  }

  #linePosition(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col }
  }
}

const startOf = (node: unknown): number | undefined =>
  (node as { range?: readonly number[] | null } | undefined | null)?.range?.[0]

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key)

/** The keys that lead through the nodes to the last one. */
const pathTo = (nodes: readonly unknown[]): PropertyKey[] =>
  nodes.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) return [keyText(node.key)]
    return isSeq(node) && index < nodes.length - 1 ? [node.items.indexOf(nodes[index + 1])] : []
  })
