import { readFileSync } from 'node:fs'
import { createRequire, SourceMap } from 'node:module'

/** Tells code that was required from the same file when it was imported, which Vitest maps to its source by itself. */
const MARK = '?required'

/** The line in the source of a frame; the frame's own for a file that was not required. */
export type MapFrame = (frame: { readonly file: string; readonly line: number; readonly column: number }) => {
  readonly file: string
  readonly line: number
}

/** `require('./routes/orders')` of a TypeScript file works under the loaders that projects use, so it does here. */
export function requireTypeScript(): MapFrame {
  const require = createRequire(import.meta.url)
  const maps = new Map<string, SourceMap>()
  for (const extension of ['.ts', '.cts']) {
    require.extensions[extension] = (module, file) => {
      // The compiler takes half a second to load, and few apps require TypeScript.
      const { ts }: typeof import('ts-morph') = require('ts-morph')
      const { outputText, sourceMapText } = ts.transpileModule(readFileSync(file, 'utf8'), {
        fileName: file,
        compilerOptions: {
          module: ts.ModuleKind.CommonJS,
          target: ts.ScriptTarget.ES2022,
          esModuleInterop: true,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          sourceMap: true,
        },
      })
      maps.set(file, new SourceMap(JSON.parse(sourceMapText ?? '{}')))
      const compile: unknown = Reflect.get(module, '_compile')
      const code = outputText.replace(/^("use strict";)?/, '$1 __filename = module.filename;')
      if (typeof compile === 'function') Reflect.apply(compile, module, [code, file + MARK])
    }
  }
  return ({ file, line, column }) => {
    if (!file.endsWith(MARK)) return { file, line }
    const source = file.slice(0, -MARK.length)
    const map = [...maps].find(([known]) => known.endsWith(source))?.[1]
    const entry = map?.findEntry(line - 1, column - 1)
    const found = entry && 'originalLine' in entry ? entry.originalLine + 1 : line
    return { file: source, line: found }
  }
}
