import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ProjectFiles } from '../project/project.ts'
import type { Codebase, Table } from '../types.ts'
import { type Collected, createCollector, type SafeModule } from './collect-modules.ts'
import { compareTable } from './compare-table.ts'
import { runChild } from './run-child.ts'
import { toTable } from './to-table.ts'
import type { ChildAnswer, RawTable, TableConfirmation, TableFinding, TableResult } from './types.ts'

export interface ConfirmOptions {
  /** For all schema files together; 20,000 unless given. */
  readonly timeoutMs?: number
  /** Names of the tables that matter, e.g. those of one route; all unless given. */
  readonly only?: ReadonlySet<string>
}

/**
 * Imports the schema files that only declare things in a child process and compares what Drizzle says of their tables
 * with what analysis said. Never rejects because of the project's code: what could not be run is `not-run`, and why.
 */
export async function confirmTables(
  files: ProjectFiles,
  codebase: Pick<Codebase, 'tables' | 'database'>,
  { timeoutMs = 20_000, only }: ConfirmOptions = {},
): Promise<TableConfirmation> {
  const { tables } = codebase
  const wanted = only ? tables.filter(({ name }) => only.has(name)) : tables
  const collected = collectAll(files, wanted)
  const answer = await runAll(files, codebase, { collected, timeoutMs })
  const nameTable = tableNamer(tables)
  const compared = wanted.map((table) => judgeTable(table, { collected, answer, nameTable }))
  const missed = listMissed(tables, answer).flatMap((raw) => describeMissed(files, raw, nameTable))
  return {
    results: compared.map(({ result }) => result),
    tables: [...compared.map(({ table }) => table), ...missed],
    findings: [...compared.flatMap(({ result }) => describeResult(result)), ...missed.map(missedFinding)],
  }
}

type Answer =
  | { readonly status: 'answered'; readonly answer: ChildAnswer }
  | { readonly status: 'failed'; readonly reason: string }
type Collection = ReadonlyMap<string, Collected>

/** By file, relative to the root. */
function collectAll(files: ProjectFiles, tables: readonly Table[]): Collection {
  const collect = createCollector(files)
  const wanted = new Set(tables.map(({ at }) => at.file))
  return new Map([...wanted].map((file) => [file, collect(path.join(files.root, file))]))
}

async function runAll(
  { root }: ProjectFiles,
  { tables, database }: Pick<Codebase, 'tables' | 'database'>,
  { collected, timeoutMs }: { collected: Collection; timeoutMs: number },
): Promise<Answer> {
  const safe = [...collected].flatMap(([file, found]) => (found.safe ? [{ file, modules: found.modules }] : []))
  if (safe.length === 0) return { status: 'failed', reason: 'no schema file can be run' }
  const modules = new Map<string, SafeModule>(
    safe.flatMap((entry) => entry.modules.map((module) => [module.file, module])),
  )
  return runChild({
    root,
    entries: safe.map(({ file }) => path.join(root, file)),
    modules: [...modules.values()],
    dialects: [...new Set(tables.map(({ dialect }) => dialect))],
    casing: database.casing,
    timeoutMs,
  })
}

type NameTable = Parameters<typeof toTable>[1]

/** The name of the scan for a run-time table; by its own name when it is not exported. */
function tableNamer(tables: readonly Table[]): NameTable {
  return (raw) => {
    const found = tables.find((table) => isSameTable(raw, table)) ?? tables.find((table) => hasSameName(raw, table))
    return found?.name ?? fullName(raw)
  }
}

type Named = Parameters<NameTable>[0]

function fullName({ schema, name }: Named): string {
  return schema === null ? name : `${schema}.${name}`
}

/** The scan's name without what keeps tables apart that share one. */
function hasSameName(raw: Named, table: Table): boolean {
  return raw.dialect === table.dialect && table.name.replace(/ \(.*\)$/, '') === fullName(raw)
}

interface Evidence {
  readonly collected: Collection
  readonly answer: Answer
  readonly nameTable: NameTable
}

function judgeTable(table: Table, { collected, answer, nameTable }: Evidence): { result: TableResult; table: Table } {
  const own = { table: table.name, at: table.at }
  const skip = (reason: string): { result: TableResult; table: Table } => ({
    result: { confirmed: 'not-run', ...own, reason },
    table,
  })
  const module = collected.get(table.at.file)
  if (module && !module.safe) return skip(module.reason)
  if (answer.status === 'failed') return skip(answer.reason)
  const failure = answer.answer.failures.find(
    ({ file, exportName }) => file === table.at.file && (exportName === null || exportName === table.exportName),
  )
  if (failure) return skip(`the import failed: ${failure.message}`)
  const raw = answer.answer.tables.find((candidate) => isSameTable(candidate, table))
  if (!raw)
    return skip(
      table.exportName === ''
        ? 'the table is not exported'
        : `its file exports no table ${table.exportName} when it is run`,
    )
  const compared = compareTable(table, toTable(raw, nameTable))
  if (compared.differences.length === 0) return { result: { confirmed: 'yes', ...own }, table }
  return {
    result: { confirmed: 'differs', ...own, differences: compared.differences },
    table: compared.table,
  }
}

function isSameTable(raw: Named, table: Table): boolean {
  return raw.places.some(
    ({ file, exportName }) =>
      file === table.at.file &&
      // One that is exported inside an object has no export of its own.
      (exportName === table.exportName || (table.exportName === '' && hasSameName(raw, table))),
  )
}

/** Tables of the run that analysis did not see; those that a file passes on from another are no news. */
function listMissed(tables: readonly Table[], answer: Answer): RawTable[] {
  if (answer.status === 'failed') return []
  return answer.answer.tables.filter((raw) => {
    return !tables.some((table) => isSameTable(raw, table) || hasSameName(raw, table))
  })
}

function describeMissed({ root }: ProjectFiles, raw: RawTable, nameTable: NameTable): Table[] {
  const [place] = raw.places
  if (!place) return []
  const { file, exportName } = place
  const at = { file, line: lineOf(path.join(root, file), exportName) }
  const { fullName: name, ...table } = toTable(raw, nameTable)
  return [{ ...table, name, exportName, at }]
}

/** The first line that says the name; 1 when none does. */
function lineOf(file: string, name: string): number {
  const lines = readFileSync(file, 'utf8').split('\n')
  return Math.max(1, lines.findIndex((line) => line.split(/\W+/).includes(name)) + 1)
}

function missedFinding({ name, at }: Table): TableFinding {
  return {
    kind: 'missed',
    message: `analysis did not see the table ${name}, which is there when the schema is run`,
    at,
  }
}

function describeResult(result: TableResult): TableFinding[] {
  if (result.confirmed !== 'differs') return []
  return result.differences.map(({ what, analysis, runTime }) => ({
    kind: 'differs',
    message: `${what} of the table ${result.table}: analysis says ${JSON.stringify(analysis)}, Drizzle says ${JSON.stringify(runTime)}, which is used`,
    at: result.at,
  }))
}
