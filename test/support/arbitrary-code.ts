import fc from 'fast-check'

const code = fc.letrec<{ expression: string; statement: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      '1',
      "'a'",
      'null',
      'undefined',
      'req',
      'res',
      'next',
      'db',
      'users',
      'orders',
      'this',
      'x',
      'req.body',
      'req.params.id',
      'req.body.list',
      '{}',
      '[]',
      '/a/',
      'async () => 1',
      'function* () { yield 1 }',
      'class { static x = 1 }',
      'new.target',
      'import.meta.url',
      `\`t\${x}\``,
      'process.env.X',
      'Symbol.iterator',
      'db.select().from(users)',
      "fetch('http://a/')",
      'z.object({ a: z.string() })',
      'new Error("e")',
      '<T,>(y: T) => y',
    ),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '&&', '||', '??', '===', '<', 'in', 'instanceof', ',', '**', '|'),
        tie('expression'),
      )
      .map(([a, operator, b]) => `((${a}) ${operator} (${b}))`),
    fc
      .tuple(fc.constantFrom('!', '-', '+', '~', 'typeof ', 'void ', 'await ', 'delete ', '...'), tie('expression'))
      .map(([operator, a]) => (operator === '...' ? `[...[${a}]]` : `(${operator}(${a}))`)),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom(
          '.a',
          '?.a',
          '.length',
          '[0]',
          '?.[x]',
          '()',
          '?.()',
          '.map((i) => i.a)',
          '.then((v) => v)',
          '.catch(next)',
          '.filter(Boolean)',
          '.values(req.body)',
          '.status(200)',
          '.json({ x })',
          '.parse(x)',
          '.push(1)',
          '!',
          ' as any',
          '.reduce((s, i) => s + i)',
          '.sort()',
          '.on("finish", next)',
          '.transaction(async (tx) => tx.delete(users))',
        ),
      )
      .map(([a, tail]) => `(${a})${tail}`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `((${a}) ? (${b}) : (${c}))`),
    fc
      .tuple(tie('expression'), tie('expression'))
      .map(([a, b]) => `({ a: ${a}, [${b}]: 1, get g() { return 2 }, m() { return this.a }, ...(${a}) })`),
    tie('expression').map((a) => `new (${a})(x)`),
    tie('expression').map((a) => `f(${a}, ...[${a}])`),
  ),
  statement: fc.oneof(
    { maxDepth: 2 },
    tie('expression').map((a) => `x = ${a}`),
    tie('expression').map((a) => `x.a = ${a}; x[${a}] = 1`),
    tie('expression').map((a) => `throw ${a}`),
    tie('expression').map((a) => `return ${a}`),
    tie('expression').map((a) => `({ a: x, b: [x = 1] } = ${a})`),
    fc.tuple(tie('expression'), tie('statement')).map(([a, s]) => `if (${a}) { ${s} } else { ${s} }`),
    fc
      .tuple(tie('expression'), tie('statement'))
      .map(([a, s]) => `for (const i of ${a}) { ${s}; if (i) continue; break }`),
    fc.tuple(tie('expression'), tie('statement')).map(([a, s]) => `for (const i in ${a}) { ${s} }`),
    fc.tuple(tie('expression'), tie('statement')).map(([a, s]) => `while (${a}) { ${s} }`),
    fc
      .tuple(tie('expression'), tie('statement'))
      .map(([a, s]) => `switch (${a}) { case x: ${s}; break; case 1: default: ${s} }`),
    fc
      .tuple(tie('statement'), tie('statement'))
      .map(([s, t]) => `try { ${s} } catch ({ message }) { ${t} } finally { x = 0 }`),
    fc.tuple(tie('statement')).map(([s]) => `{ const { a = 1, ...rest } = x; let [b, , ...c] = x; ${s} }`),
  ),
}))

/** Any expression and any statement, over the names that a handler sees. */
export const { expression, statement } = code

/** A source text after a few of its words, names and signs were left out, doubled or swapped. */
export function mutated(text: string): fc.Arbitrary<string> {
  const tokens = text.match(/\w+|\s+|./gs) ?? []
  const change = fc.record({
    kind: fc.constantFrom('delete' as const, 'double' as const, 'swap' as const, 'cut' as const),
    at: fc.nat({ max: tokens.length - 1 }),
    to: fc.nat({ max: tokens.length - 1 }),
  })
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const parts = [...tokens]
    for (const { kind, at, to } of changes) {
      const [one = '', other = ''] = [parts[at], parts[to]]
      if (kind === 'delete') parts[at] = ''
      if (kind === 'double') parts[at] = one + one
      if (kind === 'swap') parts.splice(at, 1, other)
      if (kind === 'swap') parts.splice(to, 1, one)
      if (kind === 'cut') parts.splice(at, 20)
    }
    return parts.join('')
  })
}
