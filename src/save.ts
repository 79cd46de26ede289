import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { UserError } from './errors.ts'

/** What itest knows of a file it wrote: enough to tell whether a person has edited it since. */
const Evidence = z.object({ schema: z.literal('itest.evidence/1'), file: z.string(), sha256: z.string() })

/** `.itest/tests/post-orders.test.json` for `tests/integration/post-orders.test.ts`. */
export function evidencePath(file: string): string {
  return `.itest/tests/${path.posix.basename(file).replace(/\.ts$/, '')}.json`
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Refuses to go on when the file exists and is not what itest wrote last. @throws UserError */
export function assertNotEdited(root: string, file: string): void {
  const full = path.join(root, file)
  if (!existsSync(full)) return
  const known = readEvidence(path.join(root, evidencePath(file)))
  if (known === hashText(readFileSync(full, 'utf8'))) return
  const why = known === null ? 'itest has no record of having written it' : 'it has been edited since itest wrote it'
  throw new UserError(`${file} exists and ${why}; it was left as it is`, {
    hint: 'Rename or delete it, or overwrite it with --force.',
  })
}

function readEvidence(file: string): string | null {
  if (!existsSync(file)) return null
  try {
    return Evidence.parse(JSON.parse(readFileSync(file, 'utf8'))).sha256
  } catch {
    // A record that can't be read is no record: the test file is then treated as a person's.
    return null
  }
}

/** Writes whole files or nothing: each is written beside its place and moved there. @throws UserError */
export function writeFiles(root: string, files: readonly { readonly file: string; readonly text: string }[]): void {
  for (const { file, text } of files) {
    const full = path.join(root, file)
    const temporary = `${full}.${process.pid}.tmp`
    try {
      mkdirSync(path.dirname(full), { recursive: true })
      writeFileSync(temporary, text)
      renameSync(temporary, full)
    } catch (cause) {
      rmSync(temporary, { force: true })
      throw new UserError(`${file} can't be written: ${cause instanceof Error ? cause.message : cause}`, {
        hint: 'Make the folder writable, or choose another one with --out DIR.',
        cause,
      })
    }
  }
}
