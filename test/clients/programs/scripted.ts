import { fileURLToPath } from 'node:url'
import { type Client, type Command, type Pair, pairsAtOnce, type Site, type Task } from './client.js'

/** A program next to the sources of this file, which is in build when it runs. */
export const sourceOf = (name: string): string =>
  fileURLToPath(new URL(`../../../../test/clients/programs/${name}`, import.meta.url))

/**
 * The arguments of the client programs that are scripts of ours: where to connect, a verb and what it needs. Those that
 * know the verb `parallel` open many connections in one run; the others are run once for each.
 */
export function scriptArguments(site: Site, task: Task, threads: 'in one run' | 'in a run each'): string[][] {
  const { host, port, user, password, ca, version } = site
  return verbs(task, threads).map(verb => [host, String(port), user, password, ca, version, ...verb])
}

/** The runs of a script, by a program that takes the script's file and its arguments. */
export const scripted =
  (
    program: string,
    script: string,
    threads: 'in one run' | 'in a run each',
    more: (site: Site) => Pick<Command, 'env'> = () => ({}),
  ): Client['commands'] =>
  (site, task) =>
    scriptArguments(site, task, threads).map(args => ({ program, args: [script, ...args], ...more(site) }))

function verbs(task: Task, threads: 'in one run' | 'in a run each'): string[][] {
  switch (task.do) {
    case 'list':
      return [['list', task.folder]]
    case 'put':
    case 'get':
      return [[task.do, ...task.pairs.flat()]]
    case 'continue put':
      return task.pairs.map(pair => ['reput', ...pair])
    case 'continue get':
      return task.pairs.map(pair => ['reget', ...pair])
    case 'move':
      return [['mv', ...task.pair]]
    case 'remove':
      return [['rm', task.path]]
    case 'put tree':
      return [['puttree', ...task.pair]]
    case 'get tree':
      return [['gettree', ...task.pair]]
    case 'get at once': {
      const pairs: Pair[] = pairsAtOnce(task.pair, task.names)
      return threads === 'in one run' ? [['parallel', ...pairs.flat()]] : pairs.map(pair => ['get', ...pair])
    }
    case 'put slowly':
      return [['endless', task.pair[1]]]
    case 'list without session':
      return [['fresh', '/']]
  }
}
