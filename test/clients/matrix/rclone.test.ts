import { testMatrix } from '../matrix-tests.js'
import { rclone } from '../programs/rclone.js'

testMatrix(rclone)
