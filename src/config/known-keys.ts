import { type JsonSchema, jsonSchema, sectionOf } from './json-schema.js'

let schema: JsonSchema | undefined
/** Made when the first mistake is to be explained: a good file never needs it. */
const known = (): JsonSchema => {
  schema ??= jsonSchema()
  return schema
}

const step = (node: JsonSchema | undefined, key: PropertyKey): JsonSchema | undefined =>
  typeof key === 'number' ? node?.items : sectionOf(node)?.properties?.[String(key)]

/** The keys a section may hold. */
export const keysAt = (section: readonly PropertyKey[]): string[] =>
  Object.keys(sectionOf(section.reduce<JsonSchema | undefined>(step, known()))?.properties ?? {})

/** Everywhere a key of that name may stand, as `server.timeouts.idle`. */
export function pathsOfKey(name: string): string[] {
  const search = (node: JsonSchema, path: string): string[] =>
    Object.entries(sectionOf(node)?.properties ?? node.items?.properties ?? {}).flatMap(([key, child]) => {
      const here = path === '' ? key : `${path}.${key}`
      return [...(key === name ? [here] : []), ...search(child, here)]
    })
  return search(known(), '')
}
