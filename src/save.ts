import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { UserError } from './errors.ts'
import { readLedger } from './ledger.ts'

const CHOOSE_FOLDER = 'Make the folder writable, or choose another one with --out DIR.'

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Refuses a place where no file can be put, and, unless `force` is set, to go on when the file exists and is not what
 * itest wrote last. Looks only; before the work, so that no model is paid for a test that can't be saved.
 * @throws UserError
 */
export function assertCanWrite(
  root: string,
  { file, suite }: { readonly file: string; readonly suite: string },
  { force }: { readonly force: boolean },
): void {
  assertFolder(root, file)
  const full = path.join(root, file)
  if (!existsSync(full)) return
  if (!statSync(full).isFile()) {
    throw new UserError(`expected ${file} to be a file, found a folder`, {
      hint: 'Rename or delete it, or choose another folder with --out DIR.',
    })
  }
  if (!force) assertOurs(root, { file, suite })
}

/** What exists of the way to the file must be folders, the last of them writable. */
function assertFolder(root: string, file: string): void {
  const parts = path.posix.dirname(file).split('/')
  const way = parts.map((_part, index) => path.join(root, ...parts.slice(0, index + 1)))
  const nearest = [root, ...way].findLast((folder) => existsSync(folder)) ?? root
  const shown = path.relative(root, nearest) || '.'
  if (!statSync(nearest).isDirectory()) {
    throw new UserError(`${file} can't be written: expected ${shown} to be a folder, found a file`, {
      hint: `Rename or delete ${shown}, or choose another folder with --out DIR.`,
    })
  }
  try {
    accessSync(nearest, constants.W_OK)
  } catch (cause) {
    throw new UserError(`${file} can't be written: the folder ${shown} is not writable`, { hint: CHOOSE_FOLDER, cause })
  }
}

function assertOurs(root: string, { file, suite }: { readonly file: string; readonly suite: string }): void {
  const known = readEvidence(root, file)
  if (known && known.route !== suite) {
    throw new UserError(`${file} holds the tests of ${known.route}; those of ${suite} would get the same name`, {
      hint: 'Choose another folder for one of the two with --out DIR.',
    })
  }
  if (known?.sha256 === hashText(readText(root, file))) return
  const why =
    known === null ? 'exists, and itest has no record of having written it' : 'has been edited since itest wrote it'
  throw new UserError(`${file} ${why}; it was left as it is`, {
    hint: 'Rename or delete it, or overwrite it with --force.',
  })
}

function readText(root: string, file: string): string {
  try {
    return readFileSync(path.join(root, file), 'utf8')
  } catch (cause) {
    throw new UserError(`${file} exists and can't be read: ${describe(cause)}`, {
      hint: 'Make it readable, rename or delete it, or overwrite it with --force.',
      cause,
    })
  }
}

/** What itest wrote last, for which route; null without a record of it: the test file is then treated as a person's. */
function readEvidence(root: string, file: string): { readonly sha256: string; readonly route: string } | null {
  const { route = null, sha256 = null } = readLedger(root, file) ?? {}
  return route === null || sha256 === null ? null : { route, sha256 }
}

interface PlannedFile {
  /** Relative to the root. */
  readonly file: string
  readonly text: string
}

interface Step {
  readonly full: string
  readonly temporary: string
  readonly text: string
  /** What was there before; null: nothing. */
  readonly before: Buffer | null
  /** Made for this file, outermost first. */
  readonly folders: readonly string[]
}

/**
 * Writes all files or none: each is written beside its place, and when all are there, they are moved. Returns what puts
 * everything back as it was. @throws UserError
 */
export function writeFiles(root: string, files: readonly PlannedFile[]): () => void {
  const steps: Step[] = []
  const undo = (): void => {
    for (const step of steps.toReversed()) restore(step)
  }
  for (const one of files) attempt(one, undo, () => prepare(root, one, steps))
  for (const [index, one] of files.entries()) {
    const step = steps[index]
    if (step) attempt(one, undo, () => renameSync(step.temporary, step.full))
  }
  return undo
}

function attempt({ file }: PlannedFile, undo: () => void, write: () => void): void {
  try {
    write()
  } catch (cause) {
    undo()
    throw new UserError(`${file} can't be written: ${describe(cause)}`, { hint: CHOOSE_FOLDER, cause })
  }
}

function prepare(root: string, { file, text }: PlannedFile, steps: Step[]): void {
  const full = path.join(root, file)
  const folder = path.dirname(full)
  const outermost = mkdirSync(folder, { recursive: true })
  const temporary = `${full}.${process.pid}.tmp`
  steps.push({
    full,
    temporary,
    text,
    before: existsSync(full) ? readFileSync(full) : null,
    folders: outermost ? foldersBetween(outermost, folder) : [],
  })
  writeFileSync(temporary, text)
}

function foldersBetween(outermost: string, innermost: string): string[] {
  const between = path.relative(outermost, innermost).split(path.sep).filter(Boolean)
  return [outermost, ...between.map((_part, index) => path.join(outermost, ...between.slice(0, index + 1)))]
}

function restore({ full, temporary, text, before, folders }: Step): void {
  rmSync(temporary, { force: true })
  // What somebody else has written since is theirs.
  const isOurs = existsSync(full) && readFileSync(full, 'utf8') === text
  if (isOurs && before === null) rmSync(full, { force: true })
  else if (isOurs && before !== null) writeFileSync(full, before)
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder)
    } catch {
      // Somebody else has put something there by now.
      return
    }
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
