import { testMatrix } from '../matrix-tests.js'
import { netFtp } from '../programs/net-ftp.js'

testMatrix(netFtp)
