import { crash, LARGEST } from '../helpers/crash-story.js'

const rounds = Number(process.env.ROUNDS ?? 500)
for (const [name, largest] of Object.entries(LARGEST)) {
  const started = performance.now()
  const { committed, resumed, restarted } = await crash(rounds, largest)
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(
    `${name}: ${rounds} kills in ${seconds} s: ${committed} after the commit, ${resumed} resumed, ${restarted} from the start`,
  )
}
