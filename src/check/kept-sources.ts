import type { ts } from './syntax.ts'

type GetSourceFile = ts.CompilerHost['getSourceFile']

interface Kept {
  readonly stamp: string
  readonly source: ts.SourceFile
}

/** As they were read under these options, since some of those decide how a file is read. */
let kept = { options: '', sources: new Map<string, Kept>() }

/**
 * Reads a file again only when it has changed: nearly all that is read are declarations of packages. A file that has the
 * same stamp is the same; one with null is always read.
 */
export function keepSources(
  read: GetSourceFile,
  { options, stampOf }: { options: ts.CompilerOptions; stampOf: (name: string) => string | null },
): GetSourceFile {
  const described = JSON.stringify(options)
  if (kept.options !== described) kept = { options: described, sources: new Map() }
  const { sources } = kept
  return (name, language, ...rest) => {
    const stamp = stampOf(name)
    if (stamp === null) return read(name, language, ...rest)
    const key = `${name}\n${JSON.stringify(language)}`
    const known = sources.get(key)
    if (known?.stamp === stamp) return known.source
    const source = read(name, language, ...rest)
    if (source) sources.set(key, { stamp, source })
    return source
  }
}
