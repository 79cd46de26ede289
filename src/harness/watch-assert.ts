import { pathToFileURL } from 'node:url'
import { builtFile } from '../package-paths.ts'

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(?:node:)?assert(\/strict)?\2/g

/** Assertions of node:assert in the code of the project are seen: Vite leaves modules of Node alone, so the import is led. */
export function watchAssert(code: string, id: string): { code: string; map: null } | null {
  if (id.includes('/node_modules/') || !code.includes('assert')) return null
  const led = code.replace(IMPORT, (_, before: string, quote: string, strict?: string) => {
    const file = builtFile(strict ? 'harness/watch/assert-strict.js' : 'harness/watch/assert.js')
    return `${before}${quote}${pathToFileURL(file).href}${quote}`
  })
  return led === code ? null : { code: led, map: null }
}
