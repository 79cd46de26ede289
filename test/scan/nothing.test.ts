import { describe, expect, it } from 'vitest'
import { outline, readHandler } from '../support/scan-source.ts'

const CATCH = 'app.use((error, req, res, next) => res.status(503).json({ error: error.message }))'

/** The ways through a handler; 503 is an error that nobody in it caught. */
function ways(handler: string, before = ''): string[] {
  return outline(readHandler(handler, { before, after: CATCH }))
}

describe('what is certainly nothing', () => {
  it.each([
    ['a member of what a function without return gives', 'const user = find()\nres.json({ id: user.id })'],
    ['taking it apart', 'const { id } = find()\nres.json({ id })'],
    ['taking it apart as a list', 'const [id] = await find()\nres.json({ id })'],
    ['a member of null', 'const user = null\nres.json({ id: user.id })'],
    ['a member by its key', 'const user = undefined\nres.json({ id: user["id"] })'],
    ['a call of it', 'const log = null\nlog("x")\nres.json({})'],
    ['a write to it', 'const user = null\nuser.id = 1\nres.json({})'],
    ['a loop over it', 'for (const id of find()) use(id)\nres.json({})'],
  ])('refuses %s', (_what, handler) => {
    expect(ways(handler, 'function find() { console.log("none") }')).toEqual(['throw TypeError > 503'])
  })

  it('brings the error to the catch around it, and no further', () => {
    const before = `async function refresh(token) {
      try { return { user: await db.query.users.findFirst() } } catch (error) { console.log(error.message) }
    }`
    const handler = `try { const { user } = await refresh(req.body.token); req.account = user } catch (error) { console.log(error) }
      res.json({ ok: true })`
    expect(ways(handler, before)).toEqual(['select users > 200', 'select users fails > throw TypeError > 200'])
  })

  it('says in words what happened', () => {
    const dossier = readHandler('const user = null\nres.json({ id: user.id })', { after: CATCH })
    expect(JSON.stringify(dossier.scenarios)).toContain("Cannot read properties of null (reading 'id')")
  })

  it('knows a row that was found missing', () => {
    const handler = `const [user] = await db.select().from(users)
      if (user === undefined) console.log('none')
      res.json({ id: user.id })`
    expect(ways(handler)).toEqual([
      'select users > 200',
      'select users fails > 503',
      'select users > throw TypeError > 503',
    ])
  })

  it.each([
    [
      'a row',
      'const [user] = await db.select().from(users)\nif (!user) console.log("none")\nres.json({ id: user.id })',
    ],
    [
      'a row of a look-up',
      'const user = await db.query.users.findFirst()\nif (!user) console.log("none")\nres.json({ id: user.id })',
    ],
  ])('knows %s that was found to be none', (_what, handler) => {
    expect(ways(handler)).toEqual([
      'select users > 200',
      'select users fails > 503',
      'select users > throw TypeError > 503',
    ])
  })

  it('knows that nobody is signed in where the code asked', () => {
    const before = 'app.use(guard())\napp.use((req, res, next) => { if (req.user) req.seen = true; next() })'
    const dossier = readHandler('res.json({ id: req.user.id })', {
      imports: "import guard from 'some-guard'",
      before,
      after: CATCH,
    })
    expect(outline(dossier)).toEqual(['200', 'throw TypeError > 503'])
  })

  it('does not follow optional chains of it', () => {
    expect(ways('const user = null\nres.json({ id: user?.id, name: user?.name.first })')).toEqual(['200'])
  })
})

describe('what only looks like nothing', () => {
  it.each([
    ['what another function fills', 'let user = null\nlib.load((row) => { user = row })\nres.json({ id: user.id })'],
    ['what is filled after the start', 'res.json({ id: store.user.id })'],
    ['the end of a loop that turns nobody knows how often', 'res.json({ id: retry(req.body.n).id })'],
    ['what a generator gives', 'res.json({ next: steps().next() })'],
    ['an argument that is not given', 'const read = (user) => user.id\nres.json({ id: read() })'],
  ])('goes on with %s', (_what, handler) => {
    const before = `const store = { user: null }
      const lib = { load(done) {} }
      function* steps() { console.log(1) }
      function retry(n) { for (let i = 0; i < n; i += 1) { if (req) console.log(i) } }`
    expect(ways(handler, before)).not.toContain('throw TypeError > 503')
  })
})
