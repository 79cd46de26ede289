import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from '../cache-folder.ts'
import { isUnchanged, type Looks } from './project/disk.ts'

/** A question to a scan, e.g. the routes of a project. */
export interface Question {
  /** Absolute root of the project. */
  readonly root: string
  readonly text: string
}

export interface Answer<T> {
  readonly value: T
  /** Everything on the disk that the answer follows from. */
  readonly looks: () => Looks
}

/** Entries of one project that are kept, the newest. */
const KEPT = 200

/**
 * The answer from an earlier scan when nothing that it followed from has changed since: files, folders, what was looked
 * for and not found, and itest itself. Entries are written whole or not at all, so runs side by side do no harm; a cache
 * that can't be read or written costs time and nothing else.
 */
export async function throughCache<T>(question: Question, compute: () => Promise<Answer<T>>): Promise<T> {
  const folder = path.join(cacheFolder(), 'scan', hash(question.root))
  const file = path.join(folder, `${hash(question.text)}.json`)
  const known = readEntry<T>(file, question)
  if (known) return known.value
  const { value, looks } = await compute()
  writeEntry(folder, file, JSON.stringify({ tool: toolPrint(), question, looks: looks(), value }))
  return value
}

interface Entry<T> {
  readonly tool: string
  readonly question: Question
  readonly value: T
  readonly looks: Looks
}

function readEntry<T>(file: string, question: Question): Entry<T> | null {
  try {
    const entry: Entry<T> = JSON.parse(readFileSync(file, 'utf8'))
    const isAsked =
      entry.tool === toolPrint() && entry.question.root === question.root && entry.question.text === question.text
    return isAsked && isUnchanged(entry.looks) ? entry : null
  } catch {
    // Not there, or half of something: it is made anew.
    return null
  }
}

/** A folder that can't be written costs the next run its time, and this one nothing. */
function writeEntry(folder: string, file: string, text: string): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    mkdirSync(folder, { recursive: true })
  } catch {
    return
  }
  try {
    writeFileSync(draft, text)
    renameSync(draft, file)
    removeOldest(folder)
  } catch {
    rmSync(draft, { force: true })
  }
}

function removeOldest(folder: string): void {
  const entries = readdirSync(folder).map((name) => path.join(folder, name))
  if (entries.length <= KEPT) return
  const ages = entries.map((entry) => ({ entry, at: statSync(entry, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
  for (const { entry } of ages.sort((a, b) => b.at - a.at).slice(KEPT)) rmSync(entry, { force: true })
}

/** Changes with every build of the scan, not only with its version. */
function toolPrint(): string {
  const folder = import.meta.dirname
  const parts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { size, mtimeMs } = statSync(path.join(folder, name))
    return `${name} ${size} ${Math.round(mtimeMs)}`
  })
  return hash(parts.sort().join('\n'))
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
