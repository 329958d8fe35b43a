import { testMatrix } from '../matrix-tests.js'
import { ftplib } from '../programs/ftplib.js'

testMatrix(ftplib)
