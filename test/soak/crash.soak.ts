import { crash } from '../helpers/crash-story.js'

const rounds = Number(process.env.ROUNDS ?? 500)
const started = performance.now()
const { committed, resumed, restarted } = await crash(rounds)
const seconds = Math.round((performance.now() - started) / 1000)
console.log(
  `${rounds} kills in ${seconds} s: ${committed} after the commit, ${resumed} resumed, ${restarted} from the start`,
)
