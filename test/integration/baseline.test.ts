import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CASES } from '../../bench/baseline/cases/all.js'
import { latency } from '../../bench/baseline/cases/latency.js'
import { runCase } from '../../bench/baseline/run.js'
import { running } from '../../bench/baseline/target.js'
import { PASSWORD, testServer } from '../helpers/server.js'

describe('the cases of the baseline, at Portcullis', () => {
  for (const one of CASES)
    test(one.name, async () => {
      await using server = await testServer()
      const outcome = await runCase(
        one,
        running({
          name: 'Portcullis',
          host: '127.0.0.1',
          port: server.port,
          user: 'acme',
          password: PASSWORD,
          home: server.home,
          pid: process.pid,
        }),
      )
      // How fast a download is depends on the machine; that it comes is what is asserted here.
      if (one === latency) assert.match(outcome.text, /^\d+ ms from EPSV to 226$/)
      else assert.ok(outcome.good, outcome.text)
      assert.deepEqual(
        server.logged.filter(line => line.startsWith('error')),
        [],
      )
    })
})
