import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelRequest } from './model.ts'

/** Replies by what was asked, so that the same request is not paid twice. */
export interface ReplyCache {
  /** 64 letters and digits. */
  readonly keyOf: (request: ModelRequest) => string
  readonly find: (key: string) => string | null
  /** Where nothing can be written, nothing is kept. */
  readonly keep: (key: string, text: string) => void
  readonly drop: (key: string) => void
}

/** Replies hold code of the user's. */
const OWNER_ONLY = 0o600
const MOST = 1000

/**
 * In a folder of the user's own, never in a project. `writer` names all that a reply depends on beside the request: the
 * backend, its address, the model, the effort.
 */
export function openReplyCache(writer: string, folder: string): ReplyCache {
  const fileOf = (key: string): string => join(folder, `${key}.txt`)
  return {
    keyOf: (request) => hash(writer, request),
    find: (key) => read(fileOf(key)),
    keep: (key, text) => {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        write(fileOf(key), text)
        dropOldest(folder)
      } catch {
        // A cache that can't be written is no reason to lose what was paid for.
      }
    },
    drop: (key) => rmSync(fileOf(key), { force: true }),
  }
}

/** The form of a reply is part of the system prompt. */
function hash(writer: string, { system, messages }: ModelRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([writer, system, messages]))
    .digest('hex')
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function write(file: string, text: string): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  writeFileSync(draft, text, { mode: OWNER_ONLY })
  renameSync(draft, file)
}

function dropOldest(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name))
  if (files.length <= MOST) return
  const byAge = files.toSorted((one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs)
  for (const file of byAge.slice(0, files.length - MOST)) rmSync(file, { force: true })
}
