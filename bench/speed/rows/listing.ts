import { measureCurl } from '../curl.js'
import { busy, type Row } from '../row.js'
import { MANY } from '../stage.js'

/** LIST: not all servers know MLSD. */
export const LISTING: Row = {
  name: 'listing',
  kind: 'others',
  once: false,
  async run(server) {
    const { seconds, serverCpu, busiestCpu } = await measureCurl(server, [{ path: `${MANY}/` }])
    const line = 'listing of 100,000 entries'
    return [
      { line, unit: 'ms', better: 'less', value: seconds * 1000 },
      { line: `${line}: server CPU`, unit: 'ms', better: 'less', value: serverCpu * 1000 },
      busy(line, seconds, busiestCpu),
    ]
  },
}
