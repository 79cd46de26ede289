import { expect, it } from 'vitest'
import { bodyFor, decisionsOf, outline, readHandler } from '../../support/scan-source.ts'

const imports = `import { err, errAsync, ok, okAsync, Result, ResultAsync, fromPromise, fromThrowable } from 'neverthrow'`

const READ_ORDER = `
  class NotFound extends Error { status = 404 }
  class Broken extends Error { status = 500 }
  async function findOrder(id: number) {
    try {
      const [order] = await db.select().from(orders).where(eq(orders.id, id))
      if (!order) return err(new NotFound('no such order'))
      return ok(order)
    } catch {
      return err(new Broken('no database'))
    }
  }
`

it('follows a result by what it was made as', () => {
  const dossier = readHandler(
    `const result = await findOrder(Number(req.body.id))
     if (result.isErr()) return res.status(result.error.status).json({ message: result.error.message })
     res.json(result.value)`,
    { imports, before: READ_ORDER },
  )
  expect(outline(dossier).sort()).toEqual(['select orders > 200', 'select orders > 404', 'select orders fails > 500'])
  expect(bodyFor(dossier, 404)).toBe('{message: "no such order"}')
  expect(dossier.scenarios.flatMap(decisionsOf).filter((text) => text.includes('isErr'))).toEqual([])
})

it.each([
  ['match', 'const [status, body] = result.match((row) => [200, row], (error) => [error.status, null])'],
  [
    'map and mapErr',
    `const answer = result.map(() => 200).mapErr((error) => error.status)
    const status = answer.isOk() ? answer.value : answer.error`,
  ],
  [
    'andThen and orElse',
    `const answer = result.andThen(() => ok(200)).orElse((error) => ok(error.status))
    const status = answer._unsafeUnwrap()`,
  ],
  [
    'asyncMap',
    `const answer = await result.asyncMap(async () => 200).mapErr((error) => error.status)
    const status = answer.isErr() ? answer.error : answer.value`,
  ],
  [
    'andThrough and andTee',
    `const answer = result.andTee(() => 1).andThrough(() => ok(1)).orTee(() => 1)
    const status = answer.isErr() ? answer.error.status : 200`,
  ],
])('takes the side of a result with %s', (_name, code) => {
  const handler = `const result = await findOrder(Number(req.body.id))\n${code}\nres.status(status).end()`
  expect(outline(readHandler(handler, { imports, before: READ_ORDER })).sort()).toEqual([
    'select orders > 200',
    'select orders > 404',
    'select orders fails > 500',
  ])
})

it.each([
  ['ResultAsync.fromPromise', 'ResultAsync.fromPromise(db.insert(orders).values(req.body), () => 503)'],
  ['fromPromise', 'fromPromise(db.insert(orders).values(req.body), () => 503)'],
  ['a chain', 'okAsync(req.body).andThen((row) => fromPromise(db.insert(orders).values(row), () => 503))'],
  ['combine', `ResultAsync.combine([okAsync(1), fromPromise(db.insert(orders).values(req.body), () => 503)])`],
])('makes a result of a promise with %s', (_name, code) => {
  const handler = `const result = await ${code}
    if (result.isErr()) return res.status(result.error).end()
    res.status(201).end()`
  expect(outline(readHandler(handler, { imports })).sort()).toEqual([
    'insert orders > 201',
    'insert orders fails > 503',
  ])
})

it('makes a result of a function that throws', () => {
  const handler = `
    const read = fromThrowable((text: string) => { if (!text) throw new Error('empty'); return text }, () => 422)
    const result = read(req.body.text)
    res.status(result.match(() => 200, (status) => status)).end()`
  expect(outline(readHandler(handler, { imports })).sort()).toEqual(['200', 'throw Error > 422'])
})

it('says that it does not follow what yields results', () => {
  const handler = `const result = await safeTry(async function* () { return ok(yield* ok(1)) })\nres.json(result)`
  const dossier = readHandler(handler, { imports: "import { ok, safeTry } from 'neverthrow'" })
  expect(dossier.unresolved.map(({ what }) => what)).toContain('neverthrow.safeTry is not followed')
})

it('takes nothing of another class for a result', () => {
  const before = 'class Ok { map() { return 204 } }'
  expect(outline(readHandler('res.status(new Ok().map()).end()', { before }))).toEqual(['204'])
})
