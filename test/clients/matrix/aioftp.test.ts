import { testMatrix } from '../matrix-tests.js'
import { aioftp } from '../programs/aioftp.js'

testMatrix(aioftp)
