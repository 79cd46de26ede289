import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { loadModule } from '../../interpret/modules.ts'
import { type ClassValue, knownString, type Value } from '../../interpret/values.ts'
import { isAside } from '../../project/entries.ts'
import { ROOT_MARK } from '../../project/project-path.ts'
import { relativePath } from '../../syntax/syntax.ts'
import type { Expression } from '../../types.ts'

/** `__dirname + '/controllers/*.ts'`, `path.join(__dirname, 'controllers', '*.ts')`, `glob.sync(...)`: what has the stars. */
export function patternIn(value: Value): string | null {
  const known = knownString(value)
  const text = known?.startsWith(ROOT_MARK) ? known.slice(ROOT_MARK.length) : textsOf(express(value)).join('/')
  return /[*]|\.[cm]?[jt]s$/.test(text) ? text : null
}

function textsOf(expression: Expression): string[] {
  if (expression.kind === 'literal') return typeof expression.value === 'string' ? [expression.value] : []
  return expression.kind === 'operation' ? expression.operands.flatMap(textsOf) : []
}

/** The classes that the files of a pattern export; where a folder is known only at run time, any that ends the same. */
export function classesMatching(machine: Machine, pattern: string): ClassValue[] {
  const matches = new RegExp(`(?:^|/)${sourceOf(pattern.replace(/^(?:\.{0,2}\/)+/, ''))}$`)
  return machine.files.sources
    .filter((file) => !isAside(machine.files, file) && matches.test(relativePath(machine.root, file)))
    .flatMap((file) => [...loadModule(machine, file).exports.values()].map((read) => read()))
    .filter((value) => value?.kind === 'class')
}

/** The pattern as a regular expression; whatever it says of the extension, the sources have theirs. */
function sourceOf(pattern: string): string {
  return pattern
    .replace(/\.(?:@\([^)]*\)|\{[^}]*\}|[cm]?[jt]s|\*)$/, '.\u0001')
    .replace(/\/{2,}/g, '/')
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(',', '|')})`)
    .replace(/\*\*\/?/g, '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '(?:.*/)?')
    .replaceAll('\u0001', '[cm]?[jt]s')
}
