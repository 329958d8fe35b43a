import { type ServerProcess, startProcess } from './child.js'
import { makeScene, PASSWORD, type Scene, USER } from './scene.js'
import type { RunningTarget, Source } from './target.js'

/** How to start a server: the program and its arguments, once what it needs is in the scene's folder. */
export type Recipe = (scene: Scene) => Promise<{ readonly file: string; readonly args: readonly string[] }>

/** A server that is started anew, with an empty home, for each case: none meets what another left. */
export const launched = (name: string, recipe: Recipe): Source => ({
  name,
  async open() {
    const scene = await makeScene()
    try {
      const { file, args } = await recipe(scene)
      return asTarget(name, scene, await startProcess(file, args))
    } catch (error) {
      await scene[Symbol.asyncDispose]()
      throw error
    }
  },
})

const asTarget = (name: string, scene: Scene, server: ServerProcess): RunningTarget => ({
  target: {
    name,
    host: '127.0.0.1',
    port: server.port,
    user: USER,
    password: PASSWORD,
    home: scene.home,
    pid: server.pid,
  },
  get alive() {
    return server.alive
  },
  async [Symbol.asyncDispose]() {
    await server[Symbol.asyncDispose]()
    await scene[Symbol.asyncDispose]()
  },
})
