import * as z from 'zod'
import { configSchema } from './schema.js'

/** The part of JSON Schema (draft 7, which every editor knows) that the configuration uses. */
export interface JsonSchema {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly additionalProperties?: boolean | JsonSchema
}

/** JSON Schema of the file as people write it, for editors. */
export function jsonSchema(): JsonSchema {
  const generated = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema: node }) => {
      // A section that is left out is no value anyone would write.
      if (typeof node.default === 'object' && !Array.isArray(node.default) && node.default !== null) {
        delete node.default
      }
    },
  })
  return { ...generated, title: 'Portcullis configuration' } as JsonSchema
}

/** The section that a key holds, or may hold instead of `null`; undefined for one that holds a value. */
export const sectionOf = (node: JsonSchema | undefined): JsonSchema | undefined =>
  node?.properties ? node : node?.anyOf?.find(form => form.properties)

/** As it is committed and as `portcullis init` writes it. */
export const jsonSchemaText = (): string => `${JSON.stringify(jsonSchema(), null, 2)}\n`
