import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

export type EntryKind = 'file' | 'folder'

/**
 * The project's folders and files as one scan sees them: each is read once. What was looked at is kept, found or not, so
 * that a cached result can be held against the disk of today.
 */
export interface Disk {
  /** Text of a file; null when there is none or it can't be read. */
  read(file: string): string | null
  /** Why an existing file can't be read; null when it can. */
  failure(file: string): string | null
  /** Names and kinds in a folder, sorted; empty when there is no such folder. */
  list(folder: string): ReadonlyMap<string, EntryKind>
  isFile(file: string): boolean
  isFolder(folder: string): boolean
  /** Whether there is something under this name, for places whose neighbours do not matter. */
  exists(name: string): boolean
  /** All that was looked at: of a file its content, of a folder its names. */
  looks(): Looks
}

export interface Looks {
  readonly files: Readonly<Record<string, string>>
  readonly folders: Readonly<Record<string, string>>
  readonly names: Readonly<Record<string, boolean>>
}

/** The fingerprint of a file or folder that is not there. */
const ABSENT = 'absent'

export function createDisk(): Disk {
  const texts = new Map<string, { text: string | null; failure: string | null }>()
  const listings = new Map<string, ReadonlyMap<string, EntryKind>>()
  const names = new Map<string, boolean>()
  const read = (file: string): { text: string | null; failure: string | null } => {
    const known = texts.get(file) ?? readText(file)
    texts.set(file, known)
    return known
  }
  const list = (folder: string): ReadonlyMap<string, EntryKind> => {
    const known = listings.get(folder) ?? readFolder(folder)
    listings.set(folder, known)
    return known
  }
  return {
    read: (file) => read(file).text,
    failure: (file) => read(file).failure,
    list,
    isFile: (file) => list(path.dirname(file)).get(path.basename(file)) === 'file',
    isFolder: (folder) => list(path.dirname(folder)).get(path.basename(folder)) === 'folder',
    exists: (name) => {
      const known = names.get(name) ?? existsSync(name)
      names.set(name, known)
      return known
    },
    looks: () => ({
      names: Object.fromEntries(names),
      files: Object.fromEntries([...texts].map(([file, { text }]) => [file, fingerprintText(text)])),
      folders: Object.fromEntries([...listings].map(([folder, listing]) => [folder, fingerprintListing(listing)])),
    }),
  }
}

/** Whether all that was looked at is as it was. */
export function isUnchanged({ files, folders, names }: Looks): boolean {
  return (
    Object.entries(names).every(([name, existed]) => existsSync(name) === existed) &&
    Object.entries(folders).every(([folder, print]) => fingerprintListing(readFolder(folder)) === print) &&
    Object.entries(files).every(([file, print]) => fingerprintText(readText(file).text) === print)
  )
}

function fingerprintText(text: string | null): string {
  return text === null ? ABSENT : createHash('sha1').update(text).digest('base64')
}

function fingerprintListing(listing: ReadonlyMap<string, EntryKind>): string {
  return fingerprintText(JSON.stringify([...listing].filter(([name]) => !name.startsWith('.'))))
}

function readText(file: string): { text: string | null; failure: string | null } {
  try {
    return { text: readFileSync(file, 'utf8'), failure: null }
  } catch (error) {
    return { text: null, failure: error instanceof Error ? error.message : String(error) }
  }
}

/** A folder that can't be listed holds nothing that we could read either. */
function readFolder(folder: string): ReadonlyMap<string, EntryKind> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    return new Map(
      entries.flatMap((entry): [string, EntryKind][] => {
        const kind = entry.isSymbolicLink() ? kindBehindLink(path.join(folder, entry.name)) : entryKind(entry)
        return kind ? [[entry.name, kind]] : []
      }),
    )
  } catch {
    return new Map()
  }
}

interface Kinded {
  isFile(): boolean
  isDirectory(): boolean
}

function entryKind(entry: Kinded): EntryKind | null {
  if (entry.isFile()) return 'file'
  return entry.isDirectory() ? 'folder' : null
}

/** A link to a folder that it is in itself leads nowhere new. */
function kindBehindLink(file: string): EntryKind | null {
  try {
    const kind = entryKind(statSync(file))
    const target = kind === 'folder' ? `${realpathSync(file)}/` : null
    const isLoop =
      target !== null && [file, realpathSync(path.dirname(file))].some((one) => `${one}/`.startsWith(target))
    return isLoop ? null : kind
  } catch {
    return null
  }
}
