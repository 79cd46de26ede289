import type {
  Expectation,
  ExpectationSource,
  OpenPath,
  PlannedBug,
  PlannedFault,
  PlannedPath,
  PlannedRequest,
  PlannedSeed,
} from '../plan/types.ts'
import { renderValue } from '../write/render-value.ts'
import { renderStub, renderToken, type Vocabulary } from '../write/scaffold.ts'

/** By the table's name in the database. */
export type TableNames = ReadonlyMap<string, string>

/** What the file of the tests calls things. */
export interface FileNames {
  readonly tables: TableNames
  /** The good body, and rows that several tests need. */
  readonly constants?: Pick<Vocabulary, 'body' | 'rows'> | undefined
}

/** One path as the writer of its test must know it: what is given, what is expected, and why. */
export function describePath(path: PlannedPath | OpenPath, names: FileNames): string {
  const head = `### ${path.id}\n${path.title}`
  if (path.status === 'open' && path.bug) return `${head}\n${describeBug(path.bug)}`
  if (path.status === 'open') return `${head}\nOpen: ${path.missing}. Write it if the source shows this, else leave it.`
  const given = describeGiven(path, names).map((line) => `- ${line}`)
  const expects = path.expects.map(
    (each) => `- ${describeExpectation(each, names.tables)} (${describeSource(each.source)})`,
  )
  const about = `Red means: ${path.violation} (${path.at.file}:${path.at.line}).`
  return [head, 'Given', ...given, '', 'Expected', ...expects, '', about].join('\n')
}

function describeBug({ file, line, change }: PlannedBug): string {
  return `Bug: ${file}:${line} ${change}. Write a test that passes as the source is and fails with this bug: its request must come by that line, and what it asserts must come out otherwise. It is run with the bug put in. If no request can tell the two apart, leave the path and say why.`
}

function describeGiven({ given }: PlannedPath, { tables, constants }: FileNames): string[] {
  const { fault } = given
  return [
    ...given.seeds.map((seed) => `a row in ${quoteTable(seed.table, tables)}: \`${describeRow(seed, constants)}\``),
    ...given.stubs.map((stub) => `\`${renderStub(stub)}\``),
    ...(fault ? [describeFault(fault, tables)] : []),
    ...given.requests.map((request, at) => `request ${at + 1}: ${describeRequest(request, constants)}`),
  ]
}

/** By its name where the file has one for it. */
function describeRow({ table, row }: PlannedSeed, constants: FileNames['constants']): string {
  const text = renderValue(row)
  return constants?.rows.find((one) => one.table === table && renderValue(one.row) === text)?.name ?? text
}

function describeFault({ table, operation, nth }: PlannedFault, tables: TableNames): string {
  const which = nth === null ? `every ${operation}` : `${operation} number ${nth}, and no other,`
  return `${which} ${PREPOSITIONS[operation]} ${quoteTable(table, tables)} by the application fails`
}

const PREPOSITIONS = { insert: 'into', update: 'of', delete: 'from' } as const

function describeRequest(request: PlannedRequest, constants: FileNames['constants']): string {
  const { method, path, query, headers, body, token } = request
  const good = constants?.body
  const parts = [
    ...(Object.keys(query).length > 0 ? [`query \`${renderValue(query)}\``] : []),
    ...(Object.keys(headers).length > 0 ? [`headers \`${renderValue(headers)}\``] : []),
    ...(token ? [`the headers of \`${renderToken(token)}\``] : []),
    ...(body === null
      ? []
      : [`body \`${good && renderValue(good.value) === renderValue(body) ? good.name : renderValue(body)}\``]),
  ]
  return `${method} ${path}${parts.length > 0 ? ` with ${parts.join(', ')}` : ''}`
}

function describeExpectation(expectation: Expectation, tables: TableNames): string {
  switch (expectation.observable) {
    case 'status':
      return `status of request ${expectation.request + 1} is ${expectation.equals}`
    case 'status-at-least':
      return `status of request ${expectation.request + 1} is at least ${expectation.minimum}`
    case 'body':
      return `body of request ${expectation.request + 1} ${compare(expectation.match)} \`${renderValue(expectation.value)}\``
    case 'text':
      return `text of request ${expectation.request + 1} is \`${renderValue(expectation.equals)}\``
    case 'rows':
      return `rows of ${quoteTable(expectation.table, tables)}: the list ${compare(expectation.match)} \`${renderValue(expectation.rows)}\``
    case 'row-count':
      return `${quoteTable(expectation.table, tables)} has ${count(expectation.count, 'row')}`
    case 'calls':
      return `calls of \`${expectation.stub}\`, in order, each with at least these fields: \`${renderValue(expectation.calls)}\``
    case 'call-count':
      return `\`${expectation.stub}\` got ${count(expectation.count, 'call')}`
    case 'distinct-keys':
      return `the calls of \`${expectation.stub}\` carry ${count(expectation.count, 'distinct value')} at \`${expectation.keyAt.join('.')}\``
    default:
      return expectation satisfies never
  }
}

function compare(match: 'whole' | 'part'): string {
  return match === 'whole' ? 'equals' : 'has'
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}

function describeSource({ kind, text, at }: ExpectationSource): string {
  return `${kind}: ${text}${at ? `, ${at.file}:${at.line}` : ''}`
}

function quoteTable(name: string, tables: TableNames): string {
  return `\`${tables.get(name) ?? name}\``
}
