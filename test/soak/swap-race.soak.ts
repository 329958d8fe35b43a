import { swapRace } from '../hostile/swap-race.js'

// npm run soak -- swap-race; SECONDS_LONG=600 for longer than a minute.

const seconds = Number(process.env.SECONDS_LONG ?? 60)
const { swaps, commands, done, refused, checksUntilFooled } = await swapRace({
  commands: Number.POSITIVE_INFINITY,
  milliseconds: seconds * 1000,
  sessions: 8,
})
console.log(
  `${seconds} s: ${commands} commands while folder and file were swapped for links ${swaps} times: ${done} done, ${refused} refused, nothing from outside; a plain check before use was fooled after ${checksUntilFooled} tries`,
)
