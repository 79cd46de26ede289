import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import { knownString, type RegisteredPath, type Value } from '../interpret/values.ts'
import { isProjectPath } from '../project/project-path.ts'
import type { ts } from '../syntax/syntax.ts'
import { assumeText } from './assumed-text.ts'

/** Whether the first argument of `app.use(...)` is where, and no handler. */
export function isPath(machine: Machine, first: Value | undefined, node: ts.Node): boolean {
  if (first === undefined) return false
  return first.kind === 'literal' || first.kind === 'symbol' || isTextList(machine, first, node) || isPattern(first)
}

function isPattern(value: Value): boolean {
  return value.kind === 'object' && value.type?.kind === 'builtin' && value.type.name === 'RegExp'
}

function isTextList(machine: Machine, value: Value, node: ts.Node): boolean {
  return (
    value.kind === 'array' &&
    value.items.length > 0 &&
    value.items.every((item) => readPath(machine, item, node) !== null)
  )
}

/** The paths that `app.get(...)` or `app.use(...)` is given; null when they are not known. */
export function readPaths(machine: Machine, value: Value | undefined, node: ts.Node): RegisteredPath[] | null {
  const single = readPath(machine, value, node)
  if (single) return [single]
  if (value?.kind !== 'array') return null
  const paths = value.items.map((item) => readPath(machine, item, node))
  if (paths.includes(null)) noteUnresolved(machine, 'one of these paths is not known before a run', node)
  return paths.filter((path) => path !== null)
}

function readPath(machine: Machine, value: Value | undefined, node: ts.Node): RegisteredPath | null {
  const text = assumeText(machine, value, node)
  if (text !== null) return isProjectPath(text) ? null : { path: text, isRegex: false }
  const source = value?.kind === 'object' && isPattern(value) ? knownString(value.fields.get('source')) : null
  return source === null ? null : { path: source.startsWith('/') ? source : `/${source}/`, isRegex: true }
}
