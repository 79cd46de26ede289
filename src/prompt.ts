import { readFile } from 'node:fs/promises'
import { UNSUPPORTED } from './harness/faults/unsupported.ts'
import { packageFile } from './package-paths.ts'
import { nameTables } from './plan/name-tables.ts'
import type { Plan } from './plan/types.ts'
import type { PlannedRoute } from './plan-for.ts'
import { describeNotes } from './prompt/describe-notes.ts'
import { describePath, type FileNames } from './prompt/describe-path.ts'
import { describeSources } from './prompt/describe-source.ts'
import { describeTables } from './prompt/describe-table.ts'
import type { StyleReference } from './prompt/find-style.ts'
import {
  type CutPart,
  chooseCuts,
  cuttable,
  estimateTokens,
  listCuts,
  measure,
  type Part,
  showPart,
} from './prompt/fit-budget.ts'
import type { Dossier } from './scan/types.ts'
import { fillTemplate } from './templates.ts'
import { renderText } from './write/render-value.ts'
import type { Scaffold } from './write/types.ts'

export interface PromptTemplates {
  readonly system: string
  readonly route: string
}

export interface Prompt {
  /** The same bytes for every route. */
  readonly system: string
  readonly user: string
  /** How long the user part may be, how long it is, and what was left out for that. */
  readonly size: PromptSize
}

export interface PromptSize {
  /** Estimated, of the user part; more than the budget when nothing else could be left out. */
  readonly tokens: number
  readonly budget: number
  readonly cut: readonly CutPart[]
}

export const PROMPT_BUDGET = 30_000

const NOTHING = 'None.'

interface PromptInput {
  readonly plan: Plan
  readonly dossier: Dossier
  readonly scaffold: Scaffold
  /** What the file has names for, besides tables. */
  readonly constants?: FileNames['constants']
  /** Left out where the project has none. */
  readonly config?: PlannedRoute['config']
  readonly style?: StyleReference | null
  /** Estimated tokens of the user part. */
  readonly budget?: number
  readonly nonce: string
  readonly templates: PromptTemplates
}

/**
 * What a model is asked for one route. Pure: `nonce` is a word nobody can foresee, new for each request; it marks where
 * the project's own text begins and ends. Over the budget, parts are left out, those that are least missed first, but
 * never a path, what it expects, the file or the handler. Throws when a template names a value that there is none for,
 * or leaves one out.
 */
export function renderPrompt(input: PromptInput): Prompt {
  const { plan, dossier, nonce, templates, style = null, budget = PROMPT_BUDGET } = input
  if (!/^\w{8,}$/.test(nonce)) throw new Error(`expected a nonce of at least 8 letters and digits, found "${nonce}"`)
  const tables = describeTables(dossier, plan, nameTables(dossier.tables))
  const data = [...describeNotes(dossier), ...describeSources(dossier), ...describeStyle(style)]
  const whole = renderUser(input, { tables, data, left: new Set() })
  const left = chooseCuts([...tables, ...data], measure(whole), budget)
  const user = left.size === 0 ? whole : renderUser(input, { tables, data, left })
  const size = { tokens: estimateTokens(user), budget, cut: listCuts(left) }
  return { system: fillTemplate(templates.system, {}), user, size }
}

interface Parts {
  readonly tables: readonly Part[]
  readonly data: readonly Part[]
  readonly left: ReadonlySet<Part>
}

function renderUser(input: PromptInput, { tables, data, left }: Parts): string {
  const { plan, dossier, scaffold, nonce, templates, config = { hasAuth: false, variables: [] } } = input
  const names = nameTables(dossier.tables)
  const open = plan.paths.filter((path) => path.status !== 'skipped')
  const skipped = plan.paths.filter((path) => path.status === 'skipped')
  const show = (parts: readonly Part[]): string => parts.map((part) => showPart(part, left)).join('\n\n')
  return fillTemplate(templates.route, {
    route: `${plan.route.method} ${plan.route.path}, registered at ${plan.route.file}:${plan.route.line}.`,
    stubbed: describeStubs(plan),
    real: list([...describeReal(dossier, plan), ...describeConfig(config)]),
    paths:
      open.map((path) => describePath(path, { tables: names, constants: input.constants })).join('\n\n') || NOTHING,
    skipped: list(skipped.map((path) => `${path.id}: ${path.reason}`)),
    questions: list(plan.questions),
    tables: show(tables) || NOTHING,
    file: scaffold.file,
    names: scaffold.names
      .filter((name) => name !== 'vi')
      .map((name) => `\`${name}\``)
      .join(', '),
    scaffold: renderFile(scaffold),
    nonce,
    // The project can't know the nonce; if it holds it all the same, the marks must stay the only two.
    data: show(data).replaceAll(nonce, '*'.repeat(nonce.length)),
  })
}

function describeStyle(style: StyleReference | null): Part[] {
  if (!style) return []
  const { file, line, text, titlesOnly } = style
  const kind = titlesOnly ? 'the titles of tests' : 'tests'
  return [
    cuttable(text, {
      head: `----- style reference, ${kind} that people wrote, ${file}:${line}`,
      what: `${file}:${line} style reference`,
      turn: { kind: 'style reference', distance: 0 },
    }),
  ]
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
      const asked = new Set(stubs.filter((stub) => stub.name === name).map(({ method, path }) => `${method} ${path}`))
      return `\`${name}\` stands for ${origin}. What it is asked for: ${[...asked].join(', ')}`
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
    ...describeLacks(tables),
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

/** Of a database that runs inside the app; what stands in for Postgres is only known at the run. */
function describeLacks(tables: Dossier['tables']): string[] {
  if (!tables.some(({ dialect }) => dialect === 'sqlite')) return []
  return [`what it can not do, so that no test asks for it: ${Object.values(UNSUPPORTED.sqlite).join('; ')}`]
}

function databaseNames(tables: Dossier['tables']): string {
  const names = { postgres: 'Postgres', sqlite: 'SQLite', mysql: 'MySQL' } as const
  return [...new Set(tables.map(({ dialect }) => names[dialect]))].join(' and ') || 'the database'
}

function renderFile({ header, fixtures, suite }: Scaffold): string {
  const body = [
    ...(fixtures === '' ? [] : [fixtures, '']),
    "it('[path id] title', async () => {",
    '  // the code of one case',
    '})',
  ].join('\n')
  return `${header.trimEnd()}\n\ndescribe(${renderText(suite)}, () => {\n${body.replaceAll(/^(?=.)/gm, '  ')}\n})`
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n') || NOTHING
}
