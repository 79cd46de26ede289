import { HARNESS_NAMES, TAKEN_NAMES } from '../harness-api.ts'
import { nameTables } from '../plan/name-tables.ts'
import { singular } from '../plan/singular.ts'
import type { Expected, Json, Plan, PlannedPath, PlannedStub, PlannedToken } from '../plan/types.ts'
import type { CodeStyle } from '../scan/project/code-style.ts'
import type { Dossier, Table } from '../scan/types.ts'
import { renderApp } from './render-app.ts'
import { renderText, renderValue } from './render-value.ts'
import { specifier } from './specifier.ts'
import type { Scaffold } from './types.ts'

export interface SharedRow {
  readonly name: string
  readonly table: string
  readonly row: Readonly<Record<string, Expected>>
  /** Has a column whose type is a list of words, which a plain constant would widen to string. */
  readonly isNarrow: boolean
}

/** What a case can refer to by name, so that it need not be written out again. */
export interface Vocabulary {
  readonly scaffold: Scaffold
  readonly stubs: readonly PlannedStub[]
  /** The good request body and its name; null when the route takes none. */
  readonly body: { readonly name: string; readonly value: Json } | null
  /** Rows that more than one test needs. */
  readonly rows: readonly SharedRow[]
  /** Names of the tables in the test file, by the table's name in the database. */
  readonly tables: ReadonlyMap<string, string>
}

const TOKEN_SECRET = 'tokenSecret'

/** Everything around the cases: imports, how the app is had, stubs with their good answers, shared data. */
export function buildScaffold(
  plan: Plan,
  dossier: Dossier,
  options: { file: string; style: CodeStyle; hasAuth?: boolean },
): Vocabulary {
  const planned = plan.paths.filter((candidate) => candidate.status === 'planned')
  const happy = planned.find((candidate) => candidate.kind === 'happy') ?? planned[0]
  const stubs = distinctStubs(happy?.given.stubs ?? [])
  const tables = nameTables(dossier.tables)
  const body = nameBody(plan, happy, tables)
  const rows = nameRows(planned, { dossier, tables, taken: body ? [body.name] : [] })
  const token = planned.flatMap(({ given }) => given.requests).find((request) => request.token)?.token ?? null
  const names = [
    ...['app', 'request', 'expect', ...HARNESS_NAMES.filter((name) => name !== 'signIn' || options.hasAuth)],
    ...(token ? [TOKEN_SECRET] : []),
    ...tables.values(),
    ...stubs.map((stub) => stub.name),
    ...rows.map((row) => row.name),
    ...(body ? [body.name] : []),
  ]
  const scaffold: Scaffold = {
    file: options.file,
    header: renderHeader(dossier, { ...options, tables, stubs }),
    fixtures: renderFixtures({ body, rows, stubs, token }),
    suite: `${plan.route.method} ${plan.route.path}`,
    names: [...new Set(names)],
  }
  return { scaffold, stubs, body, rows, tables }
}

function distinctStubs(stubs: readonly PlannedStub[]): PlannedStub[] {
  return [...new Map(stubs.map((stub) => [`${stub.name} ${stub.method} ${stub.path}`, stub])).values()]
}

function nameBody(plan: Plan, happy: PlannedPath | undefined, tables: ReadonlyMap<string, string>): Vocabulary['body'] {
  const value = happy?.given.requests[0]?.body
  if (!value || typeof value !== 'object' || Object.keys(value).length === 0) return null
  const last =
    plan.route.path
      .split('/')
      .filter((segment) => segment && !segment.startsWith(':'))
      .at(-1) ?? ''
  const name = singular(last).replace(/[^a-zA-Z0-9]+(.)?/g, (_match, next: string | undefined) =>
    (next ?? '').toUpperCase(),
  )
  const isFree = name !== last && !TAKEN_NAMES.has(name) && ![...tables.values()].includes(name)
  return { name: isFree && /^[a-z][a-zA-Z0-9]*$/.test(name) ? name : 'validBody', value }
}

function nameRows(
  planned: readonly PlannedPath[],
  options: { dossier: Dossier; tables: ReadonlyMap<string, string>; taken: readonly string[] },
): Vocabulary['rows'] {
  const seeds = planned.flatMap((candidate) => candidate.given.seeds)
  const uses = new Map<string, { count: number; seed: (typeof seeds)[number] }>()
  for (const seed of seeds) {
    const key = JSON.stringify(seed)
    uses.set(key, { seed, count: (uses.get(key)?.count ?? 0) + 1 })
  }
  const taken = new Set([...options.taken, ...options.tables.values(), ...TAKEN_NAMES])
  return [...uses.values()].flatMap(({ seed, count }) => {
    const exported = options.tables.get(seed.table)
    if (count < 2 || !exported) return []
    const base = singular(exported.replace(/(?:Table|Schema)$/, ''))
    const name =
      [base, `existing${base[0]?.toUpperCase()}${base.slice(1)}`, `${base}Row`].find(
        (candidate) => !taken.has(candidate),
      ) ?? `${base}Seed`
    taken.add(name)
    const columns = options.dossier.tables.find((table) => table.name === seed.table)?.columns ?? []
    const isNarrow = columns.some((column) => column.enumValues !== null && column.key in seed.row)
    return [{ name, table: seed.table, row: seed.row, isNarrow }]
  })
}

function renderHeader(
  dossier: Dossier,
  options: { file: string; style: CodeStyle; tables: ReadonlyMap<string, string>; stubs: readonly PlannedStub[] },
): string {
  const taken = [...TAKEN_NAMES, ...options.tables.values(), ...options.stubs.map(({ name }) => name)]
  const app = renderApp(dossier, { ...options, taken })
  const hosts = [...new Map(options.stubs.map((stub) => [stub.name, stub.origin]))]
  const lines = [
    ...app.imports,
    ...importTables(
      dossier.tables.filter((table) => options.tables.has(table.name)),
      options,
    ),
    '',
    ...app.declarations,
    ...hosts.map(([name, origin]) => `const ${name} = stub(${renderText(origin)})`),
  ]
  return lines.join('\n')
}

function importTables(
  tables: readonly Table[],
  options: { file: string; style: CodeStyle; tables: ReadonlyMap<string, string> },
): string[] {
  const files = [...new Set(tables.map((table) => table.at.file))]
  return files.map((file) => {
    const here = tables.filter((table) => table.at.file === file)
    const byDefault = here.find(({ exportName }) => exportName === 'default')
    const named = here.filter((table) => table !== byDefault).map((table) => importName(table, options.tables))
    const parts = [
      ...(byDefault ? [options.tables.get(byDefault.name)] : []),
      ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : []),
    ]
    return `import ${parts.join(', ')} from ${renderText(specifier(options, file))}`
  })
}

function importName({ name, exportName }: Table, tables: ReadonlyMap<string, string>): string {
  const local = tables.get(name) ?? exportName
  return local === exportName ? local : `${exportName} as ${local}`
}

function renderFixtures(options: Pick<Vocabulary, 'body' | 'rows' | 'stubs'> & { token: PlannedToken | null }): string {
  const { body, rows, stubs, token } = options
  const constants = [
    ...rows.map((row) => `const ${row.name} = ${renderValue(row.row)}${row.isNarrow ? ' as const' : ''}`),
    ...(body ? [`const ${body.name} = ${renderValue(body.value)}`] : []),
    ...(token ? [renderSecret(token)] : []),
  ]
  const answers = stubs.map((stub) => renderStub(stub))
  const before = answers.length > 0 ? ['', 'beforeEach(() => {', ...answers.map((answer) => `  ${answer}`), '})'] : []
  return [...constants, ...before].join('\n')
}

export function renderStub(stub: PlannedStub): string {
  const on = `${stub.name}.on(${renderText(stub.method)}, ${renderText(stub.path)})`
  switch (stub.reply.kind) {
    case 'json':
      return `${on}.reply(${stub.reply.status}, ${renderValue(stub.reply.body)})`
    case 'text':
      return `${on}.reply(${stub.reply.status}, ${renderText(stub.reply.body)})`
    case 'reset':
      return `${on}.resetConnection()`
    case 'hang':
      return `${on}.hang()`
    default:
      return stub.reply satisfies never
  }
}

/** `auth.bearer({ secret: tokenSecret, claims: { sub: 'ada' } })` */
export function renderToken({ claims, cookie }: PlannedToken): string {
  const options = `{ secret: ${TOKEN_SECRET}, claims: ${renderValue(claims)} }`
  return cookie === null ? `auth.bearer(${options})` : `auth.tokenCookie(${renderText(cookie)}, ${options})`
}

/** Cases may read no environment: it is done once, for all of them. */
function renderSecret({ secret }: PlannedToken): string {
  const sources = [
    ...(secret.variable === null ? [] : [`process.env.${secret.variable}`]),
    ...(secret.text === null ? [] : [renderText(secret.text)]),
  ]
  return `const ${TOKEN_SECRET} = ${sources.join(' ?? ')}`
}
