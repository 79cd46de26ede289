import { isDeepStrictEqual } from 'node:util'
import type { Expectation, Json, Path, Plan, PlannedFault, PlannedPath, PlannedRequest } from '../plan/types.ts'
import { renderKey, renderText, renderValue } from './render-value.ts'
import { renderStub, renderToken, type Vocabulary } from './scaffold.ts'
import type { Draft, DraftCase } from './types.ts'

/** Turns every path whose facts are known into a test, and says which it leaves and why. Offline and deterministic. */
export function writeBuiltIn(plan: Plan, vocabulary: Vocabulary): Draft {
  const cases: DraftCase[] = []
  const left: { pathId: string; reason: string }[] = []
  for (const path of plan.paths) {
    if (path.status === 'open') left.push({ pathId: path.id, reason: path.missing })
    if (path.status !== 'planned') continue
    const missing = missingTable(path, vocabulary)
    if (missing)
      left.push({ pathId: path.id, reason: `the table ${missing} is not exported, so a test can't import it` })
    else cases.push({ pathId: path.id, title: path.title, code: renderCase(path, vocabulary) })
  }
  return { writer: 'none', cases, left }
}

function missingTable(path: PlannedPath, vocabulary: Vocabulary): string | undefined {
  const wanted = [
    ...path.given.seeds.map((seed) => seed.table),
    ...(path.given.fault ? [path.given.fault.table] : []),
    ...path.expects.flatMap((expectation) => ('table' in expectation ? [expectation.table] : [])),
  ]
  return wanted.find((table) => !vocabulary.tables.has(table))
}

function renderCase(path: PlannedPath, vocabulary: Vocabulary): string {
  const blocks = [
    arrange(path, vocabulary),
    act(path, vocabulary),
    path.expects.map((expectation) => renderExpectation(expectation, { path, vocabulary })),
  ]
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
}

function arrange(path: PlannedPath, vocabulary: Vocabulary): string[] {
  const seeds = path.given.seeds.map((seed) => {
    const shared = vocabulary.rows.find((row) => row.table === seed.table && isDeepStrictEqual(row.row, seed.row))
    return `await db.insert(${vocabulary.tables.get(seed.table)}).values(${shared ? shared.name : renderValue(seed.row)})`
  })
  const stubs = path.given.stubs
    .filter((stub) => !vocabulary.stubs.some((usual) => isDeepStrictEqual(usual, stub)))
    .map(renderStub)
  const { fault } = path.given
  return [...seeds, ...stubs, ...(fault ? [renderFault(fault, vocabulary)] : [])]
}

function renderFault({ table, operation, nth }: PlannedFault, { tables }: Vocabulary): string {
  const aim = nth === null ? '' : `, { nth: ${nth} }`
  return `await faults.on(${tables.get(table)}, ${renderText(operation)}${aim}).fail()`
}

function act(path: PlannedPath, vocabulary: Vocabulary): string[] {
  const { requests } = path.given
  return requests.map((planned, index) => {
    const call = `await ${renderRequest(planned, vocabulary, path)}`
    const isRead = path.expects.some((expectation) => 'request' in expectation && expectation.request === index)
    return isRead ? `const ${responseName(path, index)} = ${call}` : call
  })
}

function responseName(path: Path, index: number): string {
  if (path.status !== 'planned' || path.given.requests.length === 1) return 'res'
  return ['first', 'second', 'third'][index] ?? `response${index + 1}`
}

function renderRequest(planned: PlannedRequest, vocabulary: Vocabulary, path: PlannedPath): string {
  const parts = [`request(app).${planned.method.toLowerCase()}(${renderPath(planned, vocabulary, path)})`]
  if (Object.keys(planned.query).length > 0) parts.push(`.query(${renderValue(planned.query)})`)
  for (const [name, value] of Object.entries(planned.headers))
    parts.push(`.set(${renderText(name)}, ${renderText(value)})`)
  if (planned.token) parts.push(`.set(${renderToken(planned.token)})`)
  if (planned.body !== null) parts.push(`.send(${renderBody(planned.body, vocabulary)})`)
  return parts.join('')
}

/** Ids of seeded rows are written as what they are: `/rooms/${room.id}/bookings`. */
function renderPath(planned: PlannedRequest, vocabulary: Vocabulary, path: PlannedPath): string {
  const rows = vocabulary.rows.filter((row) =>
    path.given.seeds.some((seed) => seed.table === row.table && isDeepStrictEqual(seed.row, row.row)),
  )
  const segments = planned.path.split('/').map((segment) => {
    for (const row of rows) {
      const key = Object.entries(row.row).find(
        ([name, value]) => /id$/i.test(name) && String(value) === decodeURIComponent(segment),
      )?.[0]
      if (segment && key) return `\${${row.name}.${key}}`
    }
    return segment
  })
  const text = segments.join('/')
  return text === planned.path ? renderText(text) : `\`${text}\``
}

/** The good body by name; a variant as the good body with the one field that differs. */
function renderBody(body: Json, vocabulary: Vocabulary): string {
  const good = vocabulary.body
  if (!good) return renderValue(body)
  if (isDeepStrictEqual(good.value, body)) return good.name
  if (!isRecord(body) || !isRecord(good.value)) return renderValue(body)
  const usual = good.value
  const keys = [...new Set([...Object.keys(usual), ...Object.keys(body)])].filter(
    (key) => !isDeepStrictEqual(usual[key], body[key]),
  )
  if (keys.length > 2) return renderValue(body)
  const changes = keys.map((key) => `${renderKey(key)}: ${renderValue(body[key])}`)
  return `{ ...${good.name}, ${changes.join(', ')} }`
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function renderExpectation(
  expectation: Expectation,
  { path, vocabulary }: { path: PlannedPath; vocabulary: Vocabulary },
): string {
  const table = 'table' in expectation ? vocabulary.tables.get(expectation.table) : ''
  switch (expectation.observable) {
    case 'status':
      return `expect(${responseName(path, expectation.request)}.status).toBe(${expectation.equals})`
    case 'status-at-least':
      return `expect(${responseName(path, expectation.request)}.status).toBeGreaterThanOrEqual(${expectation.minimum})`
    case 'body':
      return `expect(${responseName(path, expectation.request)}.body).${expectation.match === 'whole' ? 'toEqual' : 'toMatchObject'}(${renderValue(expectation.value)})`
    case 'text':
      return `expect(${responseName(path, expectation.request)}.text).toBe(${renderText(expectation.equals)})`
    case 'rows':
      return `expect(await db.select().from(${table})).${expectation.match === 'whole' ? 'toEqual' : 'toMatchObject'}(${renderRows(expectation, vocabulary)})`
    case 'row-count':
      return `expect(await db.select().from(${table}))${renderLength(expectation.count)}`
    case 'calls':
      return `expect(${expectation.stub}.calls).toMatchObject(${renderValue(expectation.calls)})`
    case 'call-count':
      return `expect(${expectation.stub}.calls)${renderLength(expectation.count)}`
    case 'distinct-keys':
      return `expect(new Set(${expectation.stub}.calls.map((call) => ${renderAccess(expectation.keyAt)})).size).toBe(${expectation.count})`
    default:
      return expectation satisfies never
  }
}

/** A row that the test seeded is written by its name. */
function renderRows(expectation: Extract<Expectation, { observable: 'rows' }>, vocabulary: Vocabulary): string {
  const rows = expectation.rows.map((row) => {
    const seeded = vocabulary.rows.find(
      (candidate) => candidate.table === expectation.table && isDeepStrictEqual(candidate.row, row),
    )
    return seeded ? seeded.name : renderValue(row)
  })
  return `[${rows.join(', ')}]`
}

function renderLength(count: number): string {
  return count === 0 ? '.toEqual([])' : `.toHaveLength(${count})`
}

function renderAccess(keyAt: readonly string[]): string {
  return `call${keyAt.map((key) => (renderKey(key) === key ? `.${key}` : `[${renderText(key)}]`)).join('')}`
}
