import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Call } from '../interpret/call.ts'
import type { Machine } from '../interpret/machine.ts'
import { knownString, literal, type ObjectValue, object, type PackageValue, type Value } from '../interpret/values.ts'
import { ROOT_MARK } from '../project/project-path.ts'
import { memberNames } from './packages.ts'

/** `path.join(__dirname, 'routes')` and the like: computed where every part is known. */
export function callPaths(_machine: Machine, callee: PackageValue, call: Call): Value | null {
  const name = memberNames(callee).at(-1)
  if (callee.module === 'url') return name === undefined ? null : convert(name, call.args[0])
  if (!/^path(?:\/posix)?$/.test(callee.module)) return null
  const texts = call.args.map(knownString)
  const [first = null, second = null] = texts
  switch (name) {
    case 'join':
    case 'resolve': {
      const known = texts.filter((text) => text !== null)
      if (known.length < texts.length || texts.length === 0) return null
      return literal(name === 'join' ? path.posix.join(...known) : path.posix.resolve(ROOT_MARK, ...known))
    }
    case 'relative':
      if (first === null || second === null) return null
      return literal(path.posix.relative(path.posix.resolve(ROOT_MARK, first), path.posix.resolve(ROOT_MARK, second)))
    case 'basename':
      if (first === null || (call.args[1] && second === null)) return null
      return literal(second === null ? path.posix.basename(first) : path.posix.basename(first, second))
    default:
      return first === null ? null : computeOne(name, first)
  }
}

function computeOne(name: string | undefined, text: string): Value | null {
  switch (name) {
    case 'dirname':
      return literal(path.posix.dirname(text))
    case 'extname':
      return literal(path.posix.extname(text))
    case 'normalize':
      return literal(path.posix.normalize(text))
    case 'isAbsolute':
      return literal(path.posix.isAbsolute(text))
    case 'parse':
      return object(Object.entries(path.posix.parse(text)).map(([key, part]): [string, Value] => [key, literal(part)]))
    default:
      return null
  }
}

function convert(name: string, value: Value | undefined): Value | null {
  const text = knownString(value?.kind === 'object' ? value.fields.get('href') : value)
  if (text === null) return null
  try {
    if (name === 'fileURLToPath') return literal(fileURLToPath(text, { windows: false }))
    return name === 'pathToFileURL' && text.startsWith('/') ? urlObject(pathToFileURL(text, { windows: false })) : null
  } catch {
    return null
  }
}

/** `new URL('./routes', import.meta.url)`; null when it is no file of the project. */
export function resolveUrl(target: Value | undefined, base: Value | undefined): Value | null {
  const [text, from] = [knownString(target), knownString(base?.kind === 'object' ? base.fields.get('href') : base)]
  if (text === null || !from?.startsWith(`file://${ROOT_MARK}`) || !URL.canParse(text, from)) return null
  return urlObject(new URL(text, from))
}

function urlObject({ href, pathname, protocol }: URL): ObjectValue {
  return object(
    [
      ['href', literal(href)],
      ['pathname', literal(pathname)],
      ['protocol', literal(protocol)],
    ],
    { open: true, type: { kind: 'builtin', name: 'URL' } },
  )
}
