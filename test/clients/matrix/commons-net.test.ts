import { testMatrix } from '../matrix-tests.js'
import { commonsNet } from '../programs/commons-net.js'

testMatrix(commonsNet)
