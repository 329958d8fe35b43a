import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DirectCalls } from '../../../src/files/direct-calls.js'
import { MountTable } from '../../../src/files/mount-table.js'

const ROOT_MOUNT = '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw'
const table = (...mounts: readonly (readonly [at: string, type: string])[]) =>
  new MountTable(
    [
      ROOT_MOUNT,
      ...mounts.map(([at, type]) => `30 22 0:42 / ${at} rw master:2 - ${type} source rw`),
      '',
    ].join('\n'),
  )

describe('mount table', () => {
  const cases: readonly (readonly [what: string, table: MountTable, place: string, local: boolean])[] = [
    ['a folder of the root', table(), '/srv/home', true],
    ['the root', table(), '/', true],
    ['nothing known', new MountTable(''), '/srv/home', false],
    ['on a network file system', table(['/srv', 'nfs4']), '/srv/home', false],
    ['at its mount point', table(['/srv/home', 'cifs']), '/srv/home', false],
    ['on a file system of a program', table(['/srv', 'fuse.sshfs']), '/srv', false],
    ['on layers, which may be anywhere', table(['/srv', 'overlay']), '/srv', false],
    ['a disk mounted on the network', table(['/srv', 'nfs'], ['/srv/home', 'xfs']), '/srv/home/a', true],
    ['one mounted over the other', table(['/srv', 'xfs'], ['/srv', 'nfs']), '/srv/home', false],
    ['a network file system in it', table(['/srv/home/far', 'nfs4']), '/srv/home', false],
    ['one in the root', table(['/far', 'nfs4']), '/', false],
    ['one deeper, which is no entry of it', table(['/srv/home/a/far', 'nfs4']), '/srv/home', true],
    ['a disk in it', table(['/srv/home/disk', 'btrfs']), '/srv/home', true],
    ['one beside it with the same beginning', table(['/srv/ho', 'nfs4']), '/srv/home', true],
    ['an escaped blank', table(['/srv/my\\040home', 'nfs4']), '/srv/my home', false],
    ['an escaped backslash', table(['/srv/a\\134040', 'nfs4']), '/srv/a\\040', false],
  ]
  for (const [what, mounts, place, local] of cases)
    it(`${what}: ${local ? '' : 'not '}local`, () => assert.equal(mounts.isLocal(place), local))

  const pastCache: readonly (readonly [what: string, table: MountTable, takes: boolean])[] = [
    ['ext4', table(), true],
    ['xfs above it', table(['/srv', 'xfs']), true],
    ['memory', table(['/srv/home', 'tmpfs']), false],
    ['one that copies what is written', table(['/srv', 'btrfs']), false],
    ['a network in front of a disk', table(['/srv', 'ext4'], ['/srv', 'nfs4']), false],
    ['a network in it', table(['/srv/home/far', 'nfs4']), true],
    ['nothing known', new MountTable(''), false],
  ]
  for (const [what, mounts, takes] of pastCache)
    it(`${what}: ${takes ? '' : 'not '}written past the page cache`, () =>
      assert.equal(mounts.takesPastCache('/srv/home'), takes))
})

describe('direct calls', () => {
  const scene = () => {
    const state = { now: 0, text: ROOT_MOUNT, reads: 0 }
    const calls = new DirectCalls(
      () => {
        state.reads++
        return state.text
      },
      () => state.now,
    )
    const call = (milliseconds: number) =>
      calls.make(() => {
        state.now += milliseconds
      })
    return { state, calls, call }
  }

  it('one that waits is let be, a second one soon after it ends them for ten times as long', () => {
    const { state, calls, call } = scene()
    call(30)
    call(0)
    assert.ok(calls.allowed)
    call(10)
    assert.ok(!calls.allowed)
    state.now += 399
    assert.ok(!calls.allowed)
    state.now += 1
    assert.ok(calls.allowed)
  })

  it('seldom ones end nothing', () => {
    const { calls, call } = scene()
    for (let i = 0; i < 200; i++) {
      call(i % 20 === 0 ? 50 : 0.1)
      assert.ok(calls.allowed)
    }
  })

  it('one that fails counts as well, and its error is thrown', () => {
    const { state, calls } = scene()
    const failing = () =>
      calls.make(() => {
        state.now += 5
        throw new Error('no such file')
      })
    assert.throws(failing, /no such file/)
    assert.throws(failing, /no such file/)
    assert.ok(!calls.allowed)
  })

  it('the mounts are read again after a second, and are the same object until they change', () => {
    const { state, calls } = scene()
    const first = calls.mounts
    state.now = 999
    assert.equal(calls.mounts, first)
    assert.equal(state.reads, 1)
    state.now = 1000
    assert.equal(calls.mounts, first)
    assert.equal(state.reads, 2)
    state.text = `${ROOT_MOUNT}\n30 22 0:42 / /srv rw - nfs4 host:/srv rw`
    state.now = 2000
    assert.equal(calls.mounts?.isLocal('/srv'), false)
  })

  it('without a table nothing is known', () => {
    const calls = new DirectCalls(() => {
      throw new Error('no /proc')
    })
    assert.equal(calls.mounts, undefined)
  })
})
