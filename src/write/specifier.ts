import path from 'node:path'
import type { CodeStyle } from '../scan/project/code-style.ts'

/** `../../src/app.js` in the project's own way of writing it. */
export function specifier({ file, style }: { file: string; style: CodeStyle }, target: string): string {
  const relative = path.posix.relative(path.posix.dirname(file), target)
  const bare = relative.replace(/\.[mc]?[tj]s$/, '')
  return `${bare.startsWith('.') ? bare : `./${bare}`}${extensionOf(target, style)}`
}

/** `.mts` and `.cts` are never found without their ending. */
function extensionOf(target: string, { importExtension }: CodeStyle): string {
  if (importExtension === '.ts') return target.replace(/^.*(\.[mc]?[tj]s)$/, '$1')
  const isMarked = /\.[mc][tj]s$/.test(target)
  return importExtension === '.js' || isMarked ? target.replace(/^.*\.([mc]?)[tj]s$/, '.$1js') : ''
}
