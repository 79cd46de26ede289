import { readFile } from 'node:fs/promises'
import { packageFile } from './package-paths.ts'
import { nameTables } from './plan/name-tables.ts'
import type { Plan } from './plan/types.ts'
import type { PlannedRoute } from './plan-for.ts'
import { describePath } from './prompt/describe-path.ts'
import { describeData } from './prompt/describe-source.ts'
import { describeTable } from './prompt/describe-table.ts'
import type { Dossier } from './scan/types.ts'
import { fillTemplate } from './templates.ts'
import { renderStub } from './write/scaffold.ts'
import type { Scaffold } from './write/types.ts'

export interface PromptTemplates {
  readonly system: string
  readonly route: string
}

export interface Prompt {
  /** The same bytes for every route. */
  readonly system: string
  readonly user: string
}

const NOTHING = 'None.'

/**
 * What a model is asked for one route. Pure: `nonce` is a word nobody can foresee, new for each request; it marks where
 * the project's own text begins and ends. Throws when a template names a value that there is none for, or leaves one out.
 */
export function renderPrompt(input: {
  readonly plan: Plan
  readonly dossier: Dossier
  readonly scaffold: Scaffold
  /** Left out where the project has none. */
  readonly config?: PlannedRoute['config']
  readonly nonce: string
  readonly templates: PromptTemplates
}): Prompt {
  const { plan, dossier, scaffold, nonce, templates, config = { hasAuth: false, variables: [] } } = input
  if (!/^\w{8,}$/.test(nonce)) throw new Error(`expected a nonce of at least 8 letters and digits, found "${nonce}"`)
  const open = plan.paths.filter((path) => path.status !== 'skipped')
  const skipped = plan.paths.filter((path) => path.status === 'skipped')
  const tables = nameTables(dossier.tables)
  const user = fillTemplate(templates.route, {
    route: `${plan.route.method} ${plan.route.path}, registered at ${plan.route.file}:${plan.route.line}.`,
    stubbed: describeStubs(plan),
    real: list([...describeReal(dossier, plan), ...describeConfig(config)]),
    paths: open.map((path) => describePath(path, tables)).join('\n\n') || NOTHING,
    skipped: list(skipped.map((path) => `${path.id}: ${path.reason}`)),
    questions: list(plan.questions),
    tables: dossier.tables.map((table) => describeTable(table, tables)).join('\n\n') || NOTHING,
    file: scaffold.file,
    names: scaffold.names
      .filter((name) => name !== 'vi')
      .map((name) => `\`${name}\``)
      .join(', '),
    scaffold: renderFile(scaffold),
    nonce,
    // The project can't know the nonce; if it holds it all the same, the marks must stay the only two.
    data: describeData(dossier).replaceAll(nonce, '*'.repeat(nonce.length)),
  })
  return { system: fillTemplate(templates.system, {}), user }
}

/** Reads `prompts/`. */
export async function loadPromptTemplates(): Promise<PromptTemplates> {
  const read = (name: string) => readFile(packageFile(`prompts/${name}`), 'utf8')
  return { system: await read('system.md'), route: await read('route.md') }
}

/** What a model is told of cases that can't be used. */
export function loadRepairTemplate(): Promise<string> {
  return readFile(packageFile('prompts/repair.md'), 'utf8')
}

function describeStubs(plan: Plan): string {
  const stubs = plan.paths.flatMap((path) => (path.status === 'planned' ? path.given.stubs : []))
  const hosts = new Map(stubs.map(({ name, origin }) => [name, origin]))
  return list(
    [...hosts].map(([name, origin]) => {
      const answers = new Set(stubs.filter((stub) => stub.name === name).map((stub) => `\`${renderStub(stub)}\``))
      return `\`${name}\` stands for ${origin}. Answers that the paths need: ${[...answers].join(', ')}`
    }),
  )
}

function describeReal({ app, route, tables }: Dossier, plan: Plan): string[] {
  const chain = [...route.middleware, route.handler].map(({ name, file, line }) => `${name} (${file}:${line})`)
  const variables = Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`)
  return [
    `the Express ${app.expressMajor} application of ${app.file}, in the process of the test`,
    `the route's chain: ${chain.join(', ')}`,
    `Drizzle, the driver, and ${databaseNames(tables)} with ${tables.map((table) => table.name).join(', ') || 'no table of this route'}`,
    ...(variables.length > 0 ? [`variables set before the application starts: ${variables.join(', ')}`] : []),
  ]
}

function describeConfig({ hasAuth, variables }: PlannedRoute['config']): string[] {
  return [
    ...(variables.length > 0
      ? [`variables that the project sets for tests, to values of its own: ${variables.join(', ')}`]
      : []),
    ...(hasAuth ? ["the project's own way to sign in: `await signIn(app)`"] : []),
  ]
}

function databaseNames(tables: Dossier['tables']): string {
  const names = { postgres: 'Postgres', sqlite: 'SQLite', mysql: 'MySQL' } as const
  return [...new Set(tables.map(({ dialect }) => names[dialect]))].join(' and ') || 'the database'
}

function renderFile({ header, fixtures, suite }: Scaffold): string {
  const body = [fixtures, '', "it('[path id] title', async () => {", '  // the code of one case', '})'].join('\n')
  return `${header}\n\ndescribe(${JSON.stringify(suite)}, () => {\n${body.replaceAll(/^(?=.)/gm, '  ')}\n})`
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n') || NOTHING
}
