import { readFileSync, writeFileSync } from 'node:fs'
import { closeDoors } from './close-doors.ts'
import { type Drizzle, openDrizzle } from './open-drizzle.ts'
import { readRunTimeTable } from './read-run-time-table.ts'
import type { ChildAnswer, ChildInput, RawTable } from './types.ts'

// Runs in a process of its own: imports the schema files and tells what Drizzle makes of them.

const input: ChildInput = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
closeDoorsAfter(writeFileSync)

async function closeDoorsAfter(write: typeof writeFileSync): Promise<void> {
  closeDoors()
  write(input.answerFile, JSON.stringify(await answer()))
}

async function answer(): Promise<ChildAnswer> {
  const drizzle = await openDrizzle(input)
  const tables: RawTable[] = []
  const failures: { file: string; message: string }[] = []
  for (const { file, url } of input.modules) {
    try {
      const loaded: Readonly<Record<string, unknown>> = await import(url)
      tables.push(...listTables(drizzle, file, loaded))
    } catch (error) {
      failures.push({ file, message: error instanceof Error ? error.message : String(error) })
    }
  }
  return { tables, failures }
}

/** Tables that a module exports, also inside an object such as `export const schema = { users }`. */
function listTables(drizzle: Drizzle, file: string, loaded: Readonly<Record<string, unknown>>): RawTable[] {
  const entries = Object.entries(loaded)
  const nested = entries.flatMap(([, value]) => (isPlainObject(value) ? Object.entries(value) : []))
  const seen = new Set<unknown>()
  return [...entries, ...nested].flatMap(([exportName, value]) => {
    if (seen.has(value) || !drizzle.isTable(value)) return []
    seen.add(value)
    const table = readRunTimeTable(drizzle, value, { file, exportName })
    return table ? [table] : []
  })
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
