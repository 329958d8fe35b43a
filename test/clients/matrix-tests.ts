import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing, Row, unreachable } from './matrix.js'
import { type Client, type Family, HOSTS, OPERATIONS, type Refusal, VERSIONS } from './programs/client.js'

/** `npm run soak` has a thousand. */
const FILES = 10

/** All cells of a client as tests. */
export function testMatrix(client: Client): void {
  const absent = process.env.PORTCULLIS_REQUIRE_CLIENTS === '1' ? undefined : missing(client)
  for (const version of VERSIONS)
    for (const family of Object.keys(HOSTS) as Family[])
      test(`${client.name}, ${version}, ${family}`, {
        skip: absent ?? unreachable(family) ?? false,
      }, async t => {
        await using row = await Row.open(client, version, family)
        for (const operation of OPERATIONS)
          await t.test(operation, { skip: client.cannot[operation] ?? false }, () =>
            row.run(operation, FILES),
          )
        await row.checkConnections()
      })
  test(`${client.name} shows why it is refused`, { skip: absent ?? false }, async () => {
    await using row = await Row.open(client, 'TLSv1.3', 'IPv4')
    for (const [refusal, message] of Object.entries(client.shows)) {
      const said = await row.refused(refusal as Refusal)
      assert.ok(said.includes(message), said)
    }
  })
}
