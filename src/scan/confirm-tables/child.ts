import { readFileSync, writeFileSync } from 'node:fs'
import { closeDoors } from './close-doors.ts'
import { type Drizzle, type DrizzleTable, openDrizzle } from './open-drizzle.ts'
import { readRunTimeTable } from './read-run-time-table.ts'
import type { ChildAnswer, ChildInput, RawFailure, RawPlace, RawTable } from './types.ts'

// Runs in a process of its own: imports the schema files and tells what Drizzle makes of them.

const input: ChildInput = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
// Kept from before: imports of built-in modules follow what is closed.
const write = writeFileSync
closeDoors()
write(input.answerFile, JSON.stringify(await answer()))

async function answer(): Promise<ChildAnswer> {
  const drizzle = await openDrizzle(input)
  const places = new Map<DrizzleTable, RawPlace[]>()
  const failures: RawFailure[] = []
  const attempt = async (what: Omit<RawFailure, 'message'>, work: () => void | Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.push({ ...what, message: error instanceof Error ? error.message : String(error) })
    }
  }
  for (const { file, url } of input.modules) {
    await attempt({ file, exportName: null }, async () =>
      notePlaces(drizzle, { file, loaded: await import(url) }, places),
    )
  }
  const tables: RawTable[] = []
  for (const [table, [place]] of places) {
    if (!place) continue
    await attempt(place, () => {
      const read = readRunTimeTable(drizzle, table, places)
      if (read) tables.push(read)
    })
  }
  return { tables, failures }
}

/** Tables that a module exports, also inside an object such as `export const schema = { users }`. */
function notePlaces(
  drizzle: Drizzle,
  { file, loaded }: { file: string; loaded: Readonly<Record<string, unknown>> },
  places: Map<DrizzleTable, RawPlace[]>,
): void {
  const entries = Object.entries(loaded)
  const nested = entries.flatMap(([, value]) => (isPlainObject(value) ? Object.entries(value) : []))
  for (const [exportName, value] of [...entries, ...nested]) {
    if (drizzle.isTable(value)) places.set(value, [...(places.get(value) ?? []), { file, exportName }])
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
