import { testMatrix } from '../matrix-tests.js'
import { gvfs } from '../programs/gvfs.js'

testMatrix(gvfs)
