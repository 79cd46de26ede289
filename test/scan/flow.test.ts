import { describe, expect, it } from 'vitest'
import { bodyFor, outline, readHandler } from '../support/scan-source.ts'

/** The body that a handler answers, `value` being an expression of the request. */
function answer(value: string, before = ''): string {
  return bodyFor(readHandler(`res.json({ value: ${value} })`, { before, route: 'post /orders/:id' }), 200)
}

describe('expressions', () => {
  it.each([
    ['req.body.a?.b.c', 'body.a.b.c'],
    ['(undefined)?.a.b.c', 'undefined'],
    ['none?.a.b()', 'undefined'],
    ['none?.[0].x', 'undefined'],
    ['none?.()', 'undefined'],
    ['req.body.page || 1', '||(body.page, 1)'],
    ['req.body.page ?? 1', '??(body.page, 1)'],
    [`\`id-\${req.params.id}\``, 'concat("id-", params.id, "")'],
    ['TABLE[req.body.kind]', 'member({a: 1, b: 2}, body.kind)'],
    ['req.body.list[req.body.at]', 'member(body.list, body.at)'],
    ["'b' < 'a'", 'false'],
    ['("Order not found: " + req.params.id).includes("not found")', 'true'],
    [`\`Order \${req.params.id} not found\`.includes("not found")`, 'true'],
    [`\`Order NOT found: \${req.params.id}\`.toLowerCase().includes("not found")`, 'true'],
    [`\`Order \${req.params.id}\`.includes("not found")`, 'includes(concat("Order ", params.id, ""), "not found")'],
    [`\`Order \${req.params.id}\`.startsWith("Order")`, 'true'],
    [`\`Order \${req.params.id}\`.startsWith("User")`, 'false'],
    [`\`\${req.params.id} failed\`.endsWith("failed")`, 'true'],
    [`\`\${req.params.id} failed\`.endsWith("found")`, 'false'],
    [`\`\${req.params.id} failed\` === "not found"`, 'false'],
    [`\`Order \${req.params.id}\` === "Order 1"`, '===(concat("Order ", params.id, ""), "Order 1")'],
    ["['a', 'b'].includes(req.body.kind)", 'includes(["a", "b"], body.kind)'],
    ['[3, 1].sort()', '[1, 3]'],
    ['[1, 2, 3].reduce((sum, n) => sum + n)', '6'],
    ['[1, 2].findIndex((n) => n === 2)', '1'],
    ['0 / 0', 'NaN()'],
    ['Object.keys({ a: 1, b: 2 }).length', '2'],
    ['Object.assign({ a: 1 }, { b: 2 })', '{a: 1, b: 2}'],
    ['new Map([["k", 1]]).get("k")', '1'],
    ['[...new Set([1, 2])].length', '2'],
    ['typeof req.body.a', 'typeof(body.a)'],
    ['Number(req.params.id)', 'Number(params.id)'],
    ['req.get("X-Key")', 'headers.x-key'],
    ['req.headers["X-Key"]', 'headers.x-key'],
    ['(({ a = 5, ...rest }) => rest.b + a)({ b: 2 })', '7'],
    ['(function () { return arguments.length })(1, 2)', '2'],
    ['((a = 3) => a)()', '3'],
    ['((...all) => all.length)(1, 2, 3)', '3'],
    ['(() => { let n = 7; n %= 4; n **= 2; return n })()', '9'],
    ['(() => { const [a, , b = 9] = [1, 2]; return [a, b] })()', '[1, 9]'],
    ['(() => { let a, b; ({ a, b: [b] } = { a: 1, b: [2] }); return [a, b] })()', '[1, 2]'],
    ['({ get full() { return 7 } }).full', '7'],
  ])('evaluates %s', (value, expected) => {
    expect(answer(value, 'const none = undefined; const TABLE = { a: 1, b: 2 }')).toBe(`{value: ${expected}}`)
  })

  it('expects a callback of an unknown function to be told of no error first', () => {
    const handler = 'lib.load(req.body.id, (err, row) => { if (err) return res.sendStatus(500); res.json({}) })'
    const [usual, ...others] = outline(readHandler(handler, { imports: "import { lib } from 'some-lib'" }))
    expect(others.some((way) => way.endsWith('500'))).toBe(true)
    expect(usual).toMatch(/200$/)
  })

  it('chooses between functions by a key of the request', () => {
    const dossier = readHandler('const run = handlers[req.body.kind]; if (!run) return res.sendStatus(400); run(res)', {
      before: 'const handlers = { a: (res) => res.json({ kind: "a" }), b: (res) => res.json({ kind: "b" }) }',
    })
    expect(outline(dossier)).toEqual(['200', '200', '400'])
  })

  it('runs the right side of ?? only when the left side is missing', () => {
    const dossier = readHandler('const row = req.body.row ?? (await db.query.users.findFirst())\nres.json({ row })')
    expect(outline(dossier)).toEqual(['200', 'select users > 200', 'select users fails > 500'])
  })

  it('does not claim the sum over a list that only a run knows', () => {
    expect(answer('req.body.items.reduce((sum, item) => sum + item.price, 0)')).toBe('{value: reduce(body.items)}')
  })

  it('says when it does not know which member is written', () => {
    const dossier = readHandler('const all = {}; all[req.body.key] = 1; res.json({ value: all.other })')
    expect(bodyFor(dossier, 200)).not.toBe('{value: undefined}')
    expect(dossier.unresolved).toHaveLength(1)
  })
})

describe('loops', () => {
  it.each([
    ['break', 'for (const n of [1, 2, 3]) { if (n === 2) break; out.push(n) }', '[1]'],
    ['continue', 'for (const n of [1, 2, 3]) { if (n === 2) continue; out.push(n) }', '[1, 3]'],
    [
      'break to a label',
      'outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) break outer; out.push(a * b) } }',
      '[1]',
    ],
    [
      'continue to a label',
      'outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) continue outer; out.push(a * 10 + b) } }',
      '[11, 21]',
    ],
    [
      'break in a switch in a loop',
      'for (const n of [1, 2]) { switch (n) { case 1: break; default: out.push(n) } }',
      '[2]',
    ],
    ['while', 'let n = 0; while (n < 3) { out.push(n); n++ }', '[0, 1, 2]'],
    ['do while', 'let n = 5; do { out.push(n); n++ } while (n < 3)', '[5]'],
    ['while true with a break', 'let n = 0; while (true) { n += 1; if (n > 2) break; out.push(n) }', '[1, 2]'],
    ['for..in', 'for (const key in { a: 1, b: 2 }) out.push(key)', '["a", "b"]'],
    ['for without parts', 'let n = 0; for (;;) { if (n++ > 1) break; out.push(n) }', '[1, 2]'],
    ['a name from outside', 'let item; for (item of [1, 2]) { out.push(item) }', '[1, 2]'],
  ])('runs %s', (_, loop, expected) => {
    expect(bodyFor(readHandler(`const out = []\n${loop}\nres.json(out)`), 200)).toBe(expected)
  })

  it('cuts a loop without end', () => {
    expect(outline(readHandler('while (true) { req.body.a }\nres.sendStatus(204)'))).toEqual(['cut'])
  })
})

describe('promises', () => {
  it.each([
    ['then', 'await Promise.resolve(1).then((n) => n + 1)', '2'],
    ['catch', "await Promise.reject(new Error('x')).catch((error) => error.message)", '"x"'],
    ['the second argument of then', 'await Promise.reject(3).then(() => 0, (n) => n)', '3'],
    ['finally', 'await Promise.resolve(4).finally(() => 9)', '4'],
    ['all', 'await Promise.all([1, Promise.resolve(2)])', '[1, 2]'],
    ['a constructor', 'await new Promise((resolve) => resolve(5))', '5'],
    ['a constructor that throws', 'await new Promise(() => { throw 6 }).catch((n) => n)', '6'],
    ['a sleep', '(await new Promise((resolve) => setTimeout(resolve, 10)), 7)', '7'],
  ])('settles %s', (_, value, expected) => {
    expect(answer(value)).toBe(`{value: ${expected}}`)
  })
})
