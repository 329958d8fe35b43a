import { type JsonSchema, jsonSchema, sectionOf } from './json-schema.js'

/** One key as the documentation lists it. */
export interface KeyReference {
  readonly path: string
  readonly type: string
  /** As written in YAML; undefined when the key must be given or takes its value from elsewhere. */
  readonly default: string | undefined
  readonly required: boolean
  readonly meaning: string
}

/** Every key that holds a value, in the order of the schema. */
export const keyReference = (): KeyReference[] => keysOf(jsonSchema(), '')

/** {@link keyReference} as Markdown: a table for each section. */
function keyTables(): string {
  const sections = Object.entries(jsonSchema().properties ?? {})
  const keys = keyReference()
  return sections
    .map(([section, { description }]) => {
      const rows = keys
        .filter(({ path }) => path.split(/[.[]/)[0] === section)
        .map(key => `| \`${key.path}\` | ${key.type} | ${shownDefault(key)} | ${key.meaning} |`)
      return [
        `### ${section}`,
        '',
        description ?? '',
        '',
        '| key | type | default | meaning |',
        '| --- | --- | --- | --- |',
        ...rows,
      ].join('\n')
    })
    .join('\n\n')
}

const BEGIN = '<!-- keys: generated from the schema -->'
const END = '<!-- /keys -->'

/** The page with its key tables as they are now. @throws Error when it has no place for them */
export function insertKeyTables(page: string): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`the page lacks ${BEGIN} … ${END}`)
  return `${before}${BEGIN}\n\n${keyTables()}\n\n${END}${after}`
}

const shownDefault = (key: KeyReference): string => {
  if (key.default !== undefined) return `\`${key.default}\``
  return key.required ? '**required**' : '–'
}

const keysOf = (section: JsonSchema, path: string): KeyReference[] =>
  Object.entries(section.properties ?? {}).flatMap(([key, child]) => {
    const here = path === '' ? key : `${path}.${key}`
    if (child.properties) return keysOf(child, here)
    if (child.items?.properties) return keysOf(child.items, `${here}[]`)
    const written = child.default === undefined ? undefined : JSON.stringify(child.default)
    return [
      {
        path: here,
        type: typeOf(child),
        default:
          typeof child.default === 'string' && child.title !== 'octal digits' ? child.default : written,
        required: section.required?.includes(key) ?? false,
        meaning: child.description ?? '',
      },
      // Of a section that may be `null` instead.
      ...keysOf(sectionOf(child) ?? {}, here),
    ]
  })

function typeOf(node: JsonSchema): string {
  const title = node.title
  const forms = node.anyOf?.map(typeOf) ?? []
  if (forms.includes('`null`')) return [title ?? forms[0], '`null`'].join(' or ')
  if (title) return title
  if (node.enum) return node.enum.map(value => `\`${value}\``).join(' ')
  if (node.type === 'null') return '`null`'
  if (node.type === 'array') return `list of ${node.items ? typeOf(node.items) : 'values'}s`
  if (node.type === 'integer') return `whole number, ${node.minimum}–${node.maximum}`
  if (node.type === 'boolean') return '`true` `false`'
  return node.type ?? forms.join(' or ')
}
