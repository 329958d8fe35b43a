import { testMatrix } from '../matrix-tests.js'
import { curl } from '../programs/curl.js'

testMatrix(curl)
