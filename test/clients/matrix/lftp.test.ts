import { testMatrix } from '../matrix-tests.js'
import { lftp } from '../programs/lftp.js'

testMatrix(lftp)
