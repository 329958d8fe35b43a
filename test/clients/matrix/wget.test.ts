import { testMatrix } from '../matrix-tests.js'
import { wget } from '../programs/wget.js'

testMatrix(wget)
