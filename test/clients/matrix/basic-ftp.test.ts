import { testMatrix } from '../matrix-tests.js'
import { basicFtp } from '../programs/basic-ftp.js'

testMatrix(basicFtp)
