import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { SAMPLE_FILES } from '../scan/models/environment-files.ts'
import { isRandom } from './is-random.ts'

export interface EnvironmentSecret {
  /** The variable. */
  readonly name: string
  /** The value as it may stand in code: as it is, in a URL, in base64, ... */
  readonly forms: readonly string[]
}

export type Variable = readonly [name: string, value: string]

/**
 * The variables of every `.env*` and `*.env` of the project, of the folders above it up to its repository, and of the files that
 * `more` names (relative to the root). Samples, which are shared, do not count. What is commented out does, and so does a
 * line that a later one overrides.
 */
export function readEnvironmentFiles(root: string, more: readonly string[]): Variable[] {
  const files = [
    ...listFolders(root).flatMap((folder) => readable(() => listEnvironmentFiles(folder))),
    ...more.map((file) => path.resolve(root, file)),
  ]
  return [...new Set(files)].flatMap((file) => readable(() => parseVariables(readFileSync(file, 'utf8'))))
}

/** A file that the code names need not be there, and a folder may have such a name. */
function readable<T>(read: () => T[]): T[] {
  try {
    return read()
  } catch {
    return []
  }
}

function listFolders(root: string): string[] {
  const above: string[] = [root]
  for (let folder = root; !existsSync(path.join(folder, '.git')); ) {
    const parent = path.dirname(folder)
    // No repository: nobody knows where the project ends.
    if (parent === folder) return [root]
    above.push(parent)
    folder = parent
  }
  return above
}

/** `.env`, `.env.local`, `prod.env`, ... */
function listEnvironmentFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^\.env|\.env$/.test(name) && !SAMPLE_FILES.includes(name))
  return names.map((name) => path.join(folder, name))
}

/** As dotenv reads them, and each line by itself. */
export function parseVariables(text: string): Variable[] {
  const [, bare = ''] = /^\uFEFF?([\s\S]*)$/.exec(text) ?? []
  const lines = bare.split('\n').map((line) => line.replace(/^\s*(?:#\s*)+/, ''))
  const found = [bare, ...lines].flatMap((part) => Object.entries(parseEnv(part)))
  return found.flatMap(([name, value]): Variable[] => (value === undefined || value === '' ? [] : [[name, value]]))
}

const SAYS_SECRET = /pass(?:word|wd|phrase|code)?|pwd|secret|token|key|credential|salt|pepper|dsn/i
const SAYS_OTHER =
  /(?:ur[il]|host|port|endpoint|domain|origin|path|file|dir|name|id|ttl|expir\w*|lifetime|age|rounds|region|algorithm|alg|issuer|audience|header|prefix|length|size|type|enabled|in|seconds|ms|minutes|hours|days|from|user|email|mode|provider|version|strategy|store|driver|table|field|format|encoding)s?$/i

const LEAST = 6
const LEAST_RANDOM = 16
const LEAST_WORD = 16
const LEAST_LINE = 20

/**
 * Those whose value would give something away: with a name that says so, at least six characters that are neither a number
 * nor one plain word (`postgres` is a word of the code, too); with any other name, sixteen or more that look drawn by
 * chance; of an address, its password and its parts of that kind.
 */
export function findEnvironmentSecrets(variables: readonly Variable[]): EnvironmentSecret[] {
  return variables.flatMap(([name, value]) => {
    const forms = partsOf(name, value.trim()).flatMap(listForms)
    return forms.length === 0 ? [] : [{ name, forms: [...new Set(forms)] }]
  })
}

function partsOf(name: string, value: string): string[] {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return partsOfAddress(value)
  const saysSecret = SAYS_SECRET.test(name) && !SAYS_OTHER.test(name)
  const isSecret = saysSecret
    ? value.length >= LEAST && !isOrdinary(value)
    : value.length >= LEAST_RANDOM && isRandom(value)
  return isSecret ? [value, ...value.split('\n').filter((line) => value.includes('\n') && isKeyLine(line))] : []
}

function partsOfAddress(value: string): string[] {
  const password = /^[^:]+:\/\/[^\s:@/]*:(.+)@/.exec(value)?.[1]
  const passwords = password === undefined ? [] : [password, decode(password)]
  const others = value.split(/[/?&=@:#]/).filter((part) => part.length >= LEAST_RANDOM && isRandom(part))
  return [...passwords.filter((one) => one.length >= LEAST && !isOrdinary(one)), ...others]
}

function isOrdinary(value: string): boolean {
  if (/^(?:true|false|null|undefined|[\d.,]{1,7})$/i.test(value)) return true
  return value.length < LEAST_WORD && /^(?:[A-Za-z]?[a-z]+|[A-Z]+)$/.test(value)
}

/** Of a key with several lines, each counts. */
function isKeyLine(line: string): boolean {
  return line.length >= LEAST_LINE && !line.startsWith('-----')
}

function listForms(value: string): string[] {
  const bytes = Buffer.from(value)
  const encoded = ['base64' as const, 'base64url' as const].map((encoding) =>
    bytes.toString(encoding).replace(/=+$/, ''),
  )
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), ...encoded]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
