import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workerCount } from '../../../src/cli/options.js'
import { parseConfig } from '../../../src/config/load.js'
import { yamlOf } from '../../helpers/server.js'

test('workers: as many as are asked for; auto is one for each core beyond the first, where there are more than two', async () => {
  const count = async (workers: unknown, cores: number) => {
    const yaml = await yamlOf({ config: { server: { workers } } }, '50000-50009')
    return workerCount(await parseConfig(yaml, '/etc/portcullis.yaml'), cores)
  }
  for (const [cores, expected] of [
    [1, 0],
    [2, 0],
    [3, 2],
    [16, 15],
  ] as const)
    assert.equal(await count('auto', cores), expected, `${cores} cores`)
  assert.equal(await count(0, 16), 0)
  assert.equal(await count(5, 2), 5)
})
