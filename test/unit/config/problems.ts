import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../../src/config/load.js'
import { ConfigError, type Problem } from '../../../src/config/problem.js'
import { HASH, TLS, USERS } from '../../helpers/config-file.js'

export const problemsOf = async (text: string): Promise<readonly Problem[]> => {
  try {
    await parseConfig(text, '/srv/config/portcullis.yaml')
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.problems
  }
  return []
}

/** The message without the file: `line:column  path: message`. */
export const told = ({ line, column, path, message }: Problem) => `${line}:${column}  ${path}: ${message}`

export const user = (lines: string) => `${TLS}users:\n  - name: acme\n    passwordHash: ${HASH}\n${lines}`

export const webhook = (url: string) =>
  `${TLS}onUpload: { webhook: { url: "${url}", secret: ${'x'.repeat(32)} } }\n${USERS}`

/** A test for each: this text has one problem, which is told so. */
export function saysWhatIsWrong(
  cases: readonly (readonly [name: string, text: string, expected: RegExp])[],
): void {
  for (const [name, text, expected] of cases)
    test(`says what is wrong with ${name}`, async () => {
      const problems = await problemsOf(text)
      assert.match(problems.map(told).join('\n'), expected)
      assert.equal(problems.length, 1, problems.map(told).join('\n'))
    })
}
