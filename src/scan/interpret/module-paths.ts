import path from 'node:path'
import { toProjectPath } from '../project/project-path.ts'
import { ts } from '../syntax/syntax.ts'
import type { Machine } from './machine.ts'
import { knownString, literal, object, operation, type Value } from './values.ts'

/** A path as the code sees it; unknown outside of the root. */
export function pathValue(machine: Machine, file: string): Value {
  const text = toProjectPath(machine, file)
  return text === null ? operation('path of a file') : literal(text)
}

/** `import.meta`, and `new.target`, of which nothing is known. */
export function metaProperty(machine: Machine, node: ts.MetaProperty): Value {
  if (node.keywordToken === ts.SyntaxKind.NewKeyword) return object([], { open: true })
  const file = node.getSourceFile().fileName
  const filename = pathValue(machine, file)
  const text = knownString(filename)
  const url = text === null ? filename : literal(`file://${encodeURI(text)}`)
  return object(
    [
      ['url', url],
      ['filename', filename],
      ['dirname', pathValue(machine, path.dirname(file))],
    ],
    { open: true },
  )
}
