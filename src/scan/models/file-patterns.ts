import path from 'node:path'
import type { Machine } from '../interpret/machine.ts'
import { fromProjectPath, ROOT_MARK, toProjectPath } from '../project/project-path.ts'

export interface FileSearch {
  readonly patterns: readonly string[]
  /** Absolute; what relative patterns and results are relative to. */
  readonly cwd: string
  readonly isAbsolute: boolean
}

/** The project's source files that glob patterns name, as the code gets to see their paths. */
export function findByPattern(machine: Machine, { patterns, cwd, isAbsolute }: FileSearch): string[] {
  const [without, wanted] = [patterns.filter(isNegative), patterns.filter((pattern) => !isNegative(pattern))]
  const excluded = without.map((pattern) => compile(machine, pattern.slice(1), cwd))
  const found = wanted.flatMap((pattern) => {
    const matcher = compile(machine, pattern, cwd)
    return machine.files.sources
      .filter((file) => matcher.test(file) && !excluded.some((one) => one.test(file)))
      .map((file) => (isAbsolute || pattern.startsWith(ROOT_MARK) ? toProjectPath(machine, file) : relative(cwd, file)))
  })
  return [...new Set(found.filter((file) => file !== null))]
}

function isNegative(pattern: string): boolean {
  return pattern.startsWith('!')
}

function relative(cwd: string, file: string): string {
  return path.relative(cwd, file).split(path.sep).join('/')
}

/** A compiled project asks for `.js` where its sources are `.ts`. */
function compile(machine: Machine, pattern: string, cwd: string): RegExp {
  const full = pattern.startsWith(ROOT_MARK) ? fromProjectPath(machine, pattern) : path.posix.join(cwd, pattern)
  const body = full.replace(/\*\*\/|\*\*|\*|\?|\{|\}|,|[.+^$()[\]|\\]/g, (token) => TOKENS[token] ?? `\\${token}`)
  return compileSafely(`^${body.replace(/\\\.js$/, '\\.[jt]s')}$`)
}

const TOKENS: Readonly<Record<string, string>> = {
  '**/': '(?:[^/]+/)*',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
  ',': '|',
}

function compileSafely(source: string): RegExp {
  try {
    return new RegExp(source)
  } catch {
    return /(?!)/
  }
}
