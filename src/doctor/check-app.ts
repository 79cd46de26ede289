import path from 'node:path'
import { chooseBootEnvironment } from '../boot-environment.ts'
import { UserError } from '../errors.ts'
import type { GenOptions } from '../options.ts'
import { groupBy } from '../report/layout.ts'
import { SAMPLE_FILES, TEST_FILES } from '../scan/models/environment-files.ts'
import type { BootFacts, Codebase, SourceLocation } from '../scan/types.ts'
import { assertCanMakeApp } from '../write/assert-can-make-app.ts'
import type { Check } from './types.ts'

const WAYS = {
  exported: 'tests import it',
  factory: 'tests import its factory and call it',
  class: 'tests import its class and make an instance',
  instance: 'tests import the object that holds it',
  listens: 'tests import the file and catch the server',
} satisfies Record<Codebase['apps'][number]['how'], string>

/** Every app that was found, and how a test gets hold of it. */
export function checkApps({ apps, routes, unresolved }: Codebase): Check[] {
  return apps.map((app) => {
    const place = `${app.file}:${app.line}`
    const own = routes.filter((route) => apps.length === 1 || route.app === place)
    const problem = findProblem(app)
    if (problem) return { name: 'App', status: 'problem', found: `${place}: ${problem.message}`, todo: problem.hint }
    const open = unresolved.length > 0 && app === apps[0] ? `, ${count(unresolved.length, 'place')} unresolved` : ''
    return {
      name: 'App',
      status: own.length > 0 ? 'ok' : 'warning',
      found: `${place}, Express ${app.expressMajor}, ${count(own.length, 'route')}${open}; ${WAYS[app.how]}`,
      todo: open === '' ? null : '`itest routes` lists what analysis could not tell.',
    }
  })
}

function findProblem(app: Codebase['apps'][number]): UserError | null {
  try {
    assertCanMakeApp({ app })
    return null
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

/** The variables that loading the app reads, and who gives them a value in tests. */
export function checkEnvironment(
  { root, env }: Pick<GenOptions, 'root' | 'env'>,
  { boot, database }: Pick<Codebase, 'boot' | 'database'>,
): Check {
  const { values, without } = chooseBootEnvironment(root, { boot, database, env })
  const given = Object.keys({ ...values, ...env })
  const hidden = boot.configFiles.filter(({ path }) => isHidden(path)).map(({ path, at }) => `${path} (${show(at)})`)
  const set = [
    given.length > 0 ? `${count(given.length, 'variable')} set for tests: ${given.join(', ')}` : 'none needed',
    ...(hidden.length > 0 ? [`empty in tests: ${[...new Set(hidden)].join(', ')}`] : []),
  ].join('; ')
  if (without.length === 0) return { name: 'Environment', status: 'ok', found: set, todo: null }
  const names = without.map(({ name, readAt: [at] }) => (at ? `${name} (${show(at)})` : name))
  return {
    name: 'Environment',
    status: 'warning',
    found: `${set}; read and without a value: ${names.join(', ')}`,
    todo: 'Set in .env.test, or under env in itest.config.ts, those that the app can not start without.',
  }
}

/** As the harness hides them. */
function isHidden(file: string): boolean {
  const name = path.basename(file)
  return /^\.env(?:\.|$)/.test(name) && ![...TEST_FILES, ...SAMPLE_FILES].includes(name)
}

/** More places than these say no more. */
const SHOWN = 3

const EFFECTS = {
  redis: 'connections are refused in tests',
  queue: 'connections are refused in tests',
  database: null,
  cron: 'its jobs do not run in tests',
  timer: null,
  migration: null,
  telemetry: 'what it sends is refused in tests',
  websocket: null,
  'process-listener': null,
  exit: 'tests keep the app alive and say so',
} satisfies Record<BootFacts['starts'][number]['kind'], string | null>

/** What loading the app starts beside it, where a test feels it. */
export function checkStarts({ starts }: BootFacts): Check[] {
  return groupBy(starts, ({ kind, package: name }) => `${name} (${kind})`).flatMap(([what, group]) => {
    const effect = group[0] ? EFFECTS[group[0].kind] : null
    const places = group.map(({ at }) => show(at)).join(', ')
    return effect === null
      ? []
      : [{ name: 'Starts', status: 'warning' as const, found: `${what}: ${effect}; ${places}`, todo: null }]
  })
}

/** Where the app does something else in tests by its own choice, e.g. takes a store in memory: production is not tested then. */
export function checkTestMode({ assumed }: BootFacts): Check[] {
  const asking = assumed.filter(
    ({ name, condition }) => name === 'NODE_ENV' && /\b(?:is)?test|VITEST|JEST/i.test(condition),
  )
  if (asking.length === 0) return []
  const places = [...new Set(asking.map(({ condition, at }) => `${condition} (${show(at)})`))].slice(0, SHOWN)
  return [
    {
      name: 'Test mode',
      status: 'warning',
      found: `the code asks whether it is in a test: ${places.join(', ')}`,
      todo: 'To test what it does otherwise, set NODE_ENV=development in .env.test, and VITEST= when it asks for that.',
    },
  ]
}

/** Addresses of a database in the code itself. */
export function checkHardCoded({ hardCoded }: BootFacts): Check[] {
  return hardCoded
    .filter(({ isFallback }) => !isFallback)
    .map(({ text, at }) => ({
      name: 'Address',
      status: 'ok' as const,
      found: `${text} stands in the code (${show(at)}); tests get their own database all the same`,
      todo: null,
    }))
}

function show({ file, line }: SourceLocation): string {
  return `${file}:${line}`
}

function count(number: number, word: string): string {
  return `${number} ${number === 1 ? word : `${word}s`}`
}
