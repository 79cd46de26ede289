import type { ProjectFiles } from './project.ts'

/** How the project's own code is written, so that a generated file looks like its neighbours. */
export interface CodeStyle {
  /** What relative imports end in. */
  readonly importExtension: '' | '.js' | '.ts'
  readonly semicolons: boolean
  readonly singleQuotes: boolean
  readonly printWidth: number
}

const SAMPLE = 40

export function readCodeStyle(files: ProjectFiles): CodeStyle {
  const texts = files.sources
    .filter((file) => /\.[mc]?ts$/.test(file))
    .slice(0, SAMPLE)
    .flatMap((file) => files.disk.read(file) ?? [])
  const lines = texts.flatMap((text) => text.split('\n'))
  const imports = lines.flatMap(
    (line) => line.match(/^(?:import|export)\b.*?from\s+(['"])(\.[^'"]*)\1(;?)/)?.slice(1) ?? [],
  )
  const specifiers = imports.filter((part) => part.startsWith('.'))
  return {
    importExtension: commonExtension(specifiers),
    semicolons: lines.filter((line) => /;\s*$/.test(line)).length > lines.length / 8,
    singleQuotes: count(lines, /from '/) >= count(lines, /from "/),
    printWidth: lines.some((line) => line.length > 100) ? 120 : 100,
  }
}

function commonExtension(specifiers: readonly string[]): CodeStyle['importExtension'] {
  const endsWith = (extension: string): number => specifiers.filter((specifier) => specifier.endsWith(extension)).length
  if (endsWith('.ts') > specifiers.length / 2) return '.ts'
  return endsWith('.js') > specifiers.length / 2 ? '.js' : ''
}

function count(lines: readonly string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length
}
