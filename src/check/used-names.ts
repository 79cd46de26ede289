import { findReferences } from './scope.ts'
import { ts } from './syntax.ts'

/** Every name that a file uses as a value; what stands in texts, comments and types is none, nor are members. */
export function listUsedNames(text: string): ReadonlySet<string> {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true)
  return new Set(findReferences(source).map((name) => name.text))
}
