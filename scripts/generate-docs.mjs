// Writes what is derived from the code: the JSON Schemas of the configuration and of an audit record, and the key
// tables of the documentation.
// Needs a build (npm run build, tsc). A test fails while either is out of date.
import { readFile, writeFile } from 'node:fs/promises'
import { insertMatrix } from '../build/test/clients/table.js'
import { auditJsonSchema } from '../dist/audit/schema.js'
import { jsonSchemaText } from '../dist/config/json-schema.js'
import { insertKeyTables } from '../dist/config/reference.js'

const at = path => new URL(`../${path}`, import.meta.url)

await writeFile(at('config/portcullis.schema.json'), jsonSchemaText())
await writeFile(at('docs/audit.schema.json'), `${JSON.stringify(auditJsonSchema(), null, 2)}\n`)
const page = at('docs/configuration.md')
await writeFile(page, insertKeyTables(await readFile(page, 'utf8')))
const clients = at('docs/clients.md')
await writeFile(clients, insertMatrix(await readFile(clients, 'utf8')))
