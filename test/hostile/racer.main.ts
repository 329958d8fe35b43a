import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// A process that swaps a folder and a file for links to the outside and back, as fast as it can, until it is told to
// stop: node racer.main.js FOLDER OUTSIDE

const [folder = '', outside = ''] = process.argv.slice(2)
/** Swaps between two looks at whether it is to stop. */
const BATCH = 500

const place = (name: string) => join(folder, name)

/** A client may have deleted or renamed it. */
function makeSure(make: () => void): void {
  try {
    make()
  } catch {
    // it is there
  }
}

function swap(name: string): boolean {
  try {
    renameSync(place(name), place(`.real-${name}`))
    renameSync(place(`.link-${name}`), place(name))
    renameSync(place(name), place(`.link-${name}`))
    renameSync(place(`.real-${name}`), place(name))
    return true
  } catch {
    return false
  }
}

function restore(): void {
  makeSure(() => renameSync(place('.real-folder'), place('folder')))
  makeSure(() => mkdirSync(place('folder')))
  makeSure(() => writeFileSync(place('folder/file'), 'public', { flag: 'wx' }))
  makeSure(() => renameSync(place('.real-doc'), place('doc')))
  makeSure(() => writeFileSync(place('doc'), 'public', { flag: 'wx' }))
  makeSure(() => symlinkSync(outside, place('.link-folder')))
  makeSure(() => symlinkSync(join(outside, 'file'), place('.link-doc')))
}

let swaps = 0
process.on('message', () => {
  process.send?.(swaps, () => process.exit(0))
})
process.on('disconnect', () => process.exit(0))

function race(): void {
  restore()
  for (let left = BATCH; left > 0; left--) if (swap(left % 3 === 0 ? 'doc' : 'folder')) swaps++
  setImmediate(race)
}
restore()
process.send?.('racing')
race()
