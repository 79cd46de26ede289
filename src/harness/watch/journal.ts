import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Taken before any test can fake them.
const { setInterval: repeat } = globalThis
const { now } = Date

const BEAT_MS = 500

/** What a worker says of itself while it can: a process in an endless loop says nothing any more. */
export interface JournalEntry {
  /** Absolute. */
  readonly file: string
  /** The full name of the test that runs; null: the file is loaded, or between two tests. */
  readonly test: string | null
  /** It should not run for longer; null: nobody knows. */
  readonly limitMs: number | null
}

export type Journal = (entry: JournalEntry) => void

/** Keeps `<pid>.json` in this folder up to date, for whoever watches over the run; null: nobody does. */
export function openJournal(folder: string | null): Journal {
  if (folder === null) return () => {}
  const path = join(folder, `${process.pid}.json`)
  repeat(() => ignoreMissing(() => utimesSync(path, now() / 1000, now() / 1000)), BEAT_MS).unref()
  return ({ file, test, limitMs }) => {
    const until = limitMs === null ? null : now() + limitMs
    ignoreMissing(() => writeFileSync(path, JSON.stringify({ file, test, until })))
  }
}

/** At the very end of a run the folder is gone. */
function ignoreMissing(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
