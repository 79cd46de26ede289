import type { Machine } from '../interpret/machine.ts'
import { locate, ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import type { SourceLocation } from '../types.ts'

/**
 * Files that the modules of the app load while it runs, as in `app.use(lazy(() => import('./admin.js')))`, and where: what
 * they register is seen by nobody before a request comes in.
 */
export function findLazyImports(machine: Machine): ReadonlyMap<string, SourceLocation> {
  const found = new Map<string, SourceLocation>()
  for (const module of machine.modules.values()) {
    if (!/\b(?:import|require)\s*\(/.test(machine.files.disk.read(module.file) ?? '')) continue
    for (const node of walkSyntax(machine.parser.parse(module.file).tree)) {
      const specifier = ts.isCallExpression(node) ? specifierOf(node) : null
      const file = specifier === null ? null : machine.files.resolve(specifier, module.file)?.file
      if (file && !machine.modules.has(file)) found.set(file, locate(machine.root, node))
    }
  }
  return found
}

function specifierOf({ expression, arguments: [first] }: ts.CallExpression): string | null {
  const isLoading =
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  return isLoading && first && ts.isStringLiteralLike(first) ? first.text : null
}
