import { readdirSync, readFileSync } from 'node:fs'

/** The text of a file; null when there is none. Any other failure is thrown as it is. */
export function readIfThere(file: string): string | null {
  return ifThere(() => readFileSync(file, 'utf8'))
}

/** Everything below a folder, relative to it; nothing when it is not there. */
export function listIfThere(folder: string): string[] {
  return ifThere(() => readdirSync(folder, { recursive: true, encoding: 'utf8' })) ?? []
}

function ifThere<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}

/** Null for what is no JSON: half of a merge, say. */
export function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
