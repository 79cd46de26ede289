/** JavaScript with its source map, as Vite takes it. */
interface Transformed {
  readonly code: string
  readonly map: string
}

/**
 * Vite leaves `.cts` files as they are. Their own two words for CommonJS become what the rest of Vite understands: an import
 * that it resolves, and an assignment that Vitest gives out under every name.
 */
export async function transformCts(code: string, id: string): Promise<Transformed> {
  const { ts } = await import('../scan/syntax/syntax.ts')
  const plain = code
    .replace(/^([ \t]*)import\s+(\w+)\s*=\s*require\(\s*(['"][^'"\n]+['"])\s*\)/gm, '$1import $2 from $3')
    .replace(/^([ \t]*)export\s*=\s*/gm, '$1module.exports = ')
  const { outputText, sourceMapText } = ts.transpileModule(plain, {
    fileName: id,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, sourceMap: true },
  })
  return { code: outputText.replace(/\n\/\/# sourceMappingURL=.*$/, ''), map: sourceMapText ?? '' }
}
