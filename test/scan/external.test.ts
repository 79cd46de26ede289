import { describe, expect, it } from 'vitest'
import { bodyFor, eventOf, outline, readHandler, show } from '../support/scan-source.ts'

const FETCH = `await fetch(\`\${process.env.PAY_URL}/charges\`, { method: 'POST', headers: { 'idempotency-key': req.body.key }, body: JSON.stringify({ amount: 1 }) })`
const CATCH = 'catch (error) { return res.status(502).json({ error: error.name }) }'

/** What a handler that maps every failure to its error's name answers with 502. */
function failures(call: string, imports = '', before = ''): string[] {
  const dossier = readHandler(`try { ${call} } ${CATCH}\nres.sendStatus(201)`, { imports, before })
  return dossier.scenarios.flatMap((scenario) =>
    scenario.events.flatMap((event) =>
      event.kind === 'respond' && show(event.status) === '502' ? [show(event.body)] : [],
    ),
  )
}

describe('fetch', () => {
  it('records method, address, headers and body', () => {
    const { target } = eventOf(readHandler(`${FETCH}\nres.sendStatus(201)`), 'external')
    expect(
      target.protocol === 'http' && {
        method: show(target.method),
        url: show(target.url),
        headers: show(target.headers),
        body: show(target.body),
        timeoutMs: target.timeoutMs,
      },
    ).toEqual({
      method: '"POST"',
      url: 'concat("", env.PAY_URL, "/charges")',
      headers: '{idempotency-key: body.key}',
      body: 'JSON.stringify({amount: 1})',
      timeoutMs: null,
    })
  })

  it('names the function that calls', () => {
    const dossier = readHandler('await charge(1)\nres.sendStatus(201)', {
      before: "export const charge = async (amount) => (await fetch('http://pay/x')).json()",
    })
    expect(eventOf(dossier, 'external').caller).toBe('charge')
  })

  it('names a function by the export that it is assigned to', () => {
    const dossier = readHandler('await pay.charge(1)\nres.sendStatus(201)', {
      imports: "import pay from './pay.js'",
      files: { 'src/pay.js': "exports.charge = async (amount) => (await fetch('http://pay/x')).json()" },
    })
    expect(eventOf(dossier, 'external').caller).toBe('charge')
  })

  it('may be reset', () => {
    expect(failures(FETCH)).toEqual(['{error: "TypeError"}'])
  })

  it.each([
    ['AbortSignal.timeout', "await fetch('http://pay/x', { signal: AbortSignal.timeout(500) })", 'TimeoutError'],
    [
      'AbortController',
      "const controller = new AbortController(); const timer = setTimeout(() => controller.abort(), 500); await fetch('http://pay/x', { signal: controller.signal }); clearTimeout(timer)",
      'AbortError',
    ],
  ])('times out by %s', (_, call, name) => {
    expect(failures(call)).toEqual(['{error: "TypeError"}', `{error: "${name}"}`])
    const { target } = eventOf(readHandler(`${call}\nres.sendStatus(201)`), 'external')
    expect(target).toMatchObject({ timeoutMs: 500 })
  })

  it('branches on ok and on the status', () => {
    const dossier = readHandler(`const answer = await fetch('http://pay/x')
      if (answer.status === 429) return res.sendStatus(503)
      if (!answer.ok) return res.sendStatus(402)
      res.sendStatus(201)`)
    expect(outline(dossier)).toEqual(['http > 503', 'http fails > 500', 'http > 201', 'http > 402'])
  })

  it('may answer a body that is no JSON', () => {
    const dossier = readHandler(
      "const answer = await (await fetch('http://pay/x')).json()\nres.json({ id: answer.id })",
    )
    expect(outline(dossier)).toEqual(['http > 200', 'http fails > 500', 'http > 500'])
    expect(bodyFor(dossier, 200)).toBe('{id: $1.json.id}')
  })

  it('is called through a retry loop', () => {
    const dossier = readHandler(
      "for (let attempt = 0; attempt < 3; attempt++) { try { await fetch('http://pay/x'); return res.sendStatus(201) } catch {} }\nres.sendStatus(503)",
    )
    expect(outline(dossier)).toEqual([
      'http > 201',
      'http fails > http > 201',
      'http fails > http fails > http > 201',
      'http fails > http fails > http fails > 503',
    ])
  })
})

describe('order', () => {
  const insert = 'await db.insert(orders).values({ userId: 1, total: 1 })'

  it('shows the effect before the write, and what happens when the write fails', () => {
    expect(outline(readHandler(`${FETCH}\n${insert}\nres.sendStatus(201)`))).toEqual([
      'http > insert orders > 201',
      'http fails > 500',
      'http > insert orders fails > 500',
    ])
  })

  it('shows the write before the effect', () => {
    expect(outline(readHandler(`${insert}\n${FETCH}\nres.sendStatus(201)`))).toContain(
      'insert orders > http fails > 500',
    )
  })

  it('shows a compensation', () => {
    const dossier = readHandler(
      `${FETCH}\ntry { ${insert} } catch { await fetch('http://pay/refunds', { method: 'POST' }); return res.sendStatus(503) }\nres.sendStatus(201)`,
    )
    expect(outline(dossier)).toContain('http > insert orders fails > http > 503')
  })

  it('starts everything of Promise.all before the first failure is thrown', () => {
    const dossier = readHandler(
      "await Promise.all([fetch('http://a/'), db.insert(users).values({ email: 1 })])\nres.sendStatus(201)",
    )
    expect(outline(dossier)).toEqual([
      'http > insert users > 201',
      'http fails > insert users > 500',
      'http > insert users fails > 500',
    ])
  })

  it('goes on after Promise.allSettled', () => {
    const dossier = readHandler(
      "const [first] = await Promise.allSettled([fetch('http://a/')])\nres.status(first.status === 'rejected' ? 502 : 201).end()",
    )
    expect(outline(dossier)).toEqual(['http > 201', 'http fails > 502'])
  })

  it('races work against a timer', () => {
    const dossier = readHandler(
      "await Promise.race([new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 100)), fetch('http://a/')])\nres.sendStatus(201)",
    )
    expect(outline(dossier)).toEqual(['http > 201', 'http fails > 500'])
  })

  it('runs a timer and a finish listener after the answer', () => {
    const dossier = readHandler(
      "setTimeout(() => fetch('http://later/'), 10); res.on('finish', () => { db.delete(orders).execute() })\nres.sendStatus(201)",
    )
    expect(outline(dossier)[0]).toBe('201 > http > delete orders')
  })

  it('answers from a timer', () => {
    expect(outline(readHandler('setTimeout(() => res.sendStatus(202), 10)'))).toEqual(['202'])
  })

  it('ignores the failure of a call that nobody waits for', () => {
    expect(outline(readHandler("fetch('http://a/').catch(() => {})\nres.sendStatus(201)"))).toEqual([
      'http > 201',
      'http fails > 201',
    ])
  })

  it('runs effects for the items of a list of the request, and none for none', () => {
    const dossier = readHandler(
      "for (const item of req.body.items) await fetch('http://a/' + item.id)\nres.sendStatus(201)",
    )
    expect(outline(dossier)).toEqual(['http > 201', '201', 'http fails > 500'])
    const { target } = eventOf(dossier, 'external')
    expect(target.protocol === 'http' && show(target.url)).toBe('+("http://a/", body.items.0.id)')
  })

  it('rejects when one of a mapped list rejects', () => {
    const dossier = readHandler(
      "await Promise.all(req.body.items.map(async (item) => { await fetch('http://a/') }))\nres.sendStatus(201)",
    )
    expect(outline(dossier)).toEqual(['http > 201', 'http fails > 500'])
  })
})

describe('axios', () => {
  const AXIOS = "import axios from 'axios'"

  it('records a call of an instance with its defaults', () => {
    const dossier = readHandler(
      "const { data } = await client.post('/charges', { amount: 1 })\nres.json({ id: data.id })",
      { imports: AXIOS, before: "const client = axios.create({ baseURL: 'http://pay', timeout: 900 })" },
    )
    const { target } = eventOf(dossier, 'external')
    expect(
      target.protocol === 'http' && [show(target.method), show(target.url), show(target.body), target.timeoutMs],
    ).toEqual(['"POST"', 'concat("http://pay", "/charges")', 'JSON.stringify({amount: 1})', 900])
    expect(bodyFor(dossier, 200)).toBe('{id: $1.json.id}')
  })

  it.each([
    ["axios('http://pay/x')", '"GET"'],
    ["axios({ url: 'http://pay/x', method: 'PUT' })", '"PUT"'],
    ["axios.create({})({ url: 'http://pay/x', method: 'PATCH' })", '"PATCH"'],
    ["axios.delete('http://pay/x')", '"DELETE"'],
  ])('records %s', (call, method) => {
    const { target } = eventOf(readHandler(`await ${call}\nres.sendStatus(201)`, { imports: AXIOS }), 'external')
    expect(target.protocol === 'http' && [show(target.method), show(target.url)]).toEqual([method, '"http://pay/x"'])
  })

  it('maps refusal, reset and timeout by isAxiosError, response and code', () => {
    const dossier = readHandler(
      `try { await axios.post('http://pay/x', {}, { timeout: 900 }) }
       catch (error) {
         if (!axios.isAxiosError(error)) return res.sendStatus(500)
         if (error.response?.status === 402) return res.sendStatus(402)
         if (error.code === 'ECONNABORTED') return res.sendStatus(504)
         return res.sendStatus(502)
       }
       res.sendStatus(201)`,
      { imports: AXIOS },
    )
    expect(outline(dossier).map((line) => line.split(' > ').at(-1))).toEqual(['201', '502', '504', '402', '502'])
  })

  it('does not take every error for one of axios', () => {
    const dossier = readHandler(
      'try { await db.delete(users) } catch (error) { return res.sendStatus(axios.isAxiosError(error) ? 502 : 503) }\nres.sendStatus(204)',
      { imports: AXIOS },
    )
    expect(outline(dossier)).toEqual(['delete users > 204', 'delete users fails > 503'])
  })

  it('says that an interceptor is not analysed', () => {
    const dossier = readHandler(
      'client.interceptors.response.use((x) => x)\nawait client.get("/x")\nres.sendStatus(201)',
      { imports: AXIOS, before: 'const client = axios.create({})' },
    )
    expect(dossier.unresolved).toMatchObject([{ what: 'what an axios interceptor does is not analysed' }])
  })
})

describe('packages', () => {
  const STRIPE = "import Stripe from 'stripe'"
  const client = 'const stripe = new Stripe(process.env.KEY)'

  it('records a call of a payment SDK as an effect that may reject', () => {
    const dossier = readHandler(
      'const charge = await stripe.charges.create({ amount: 1 })\nres.json({ id: charge.id })',
      { imports: STRIPE, before: client },
    )
    expect(outline(dossier)).toEqual([
      'stripe.charges.create > 200',
      'stripe.charges.create fails > 500'.replace('500', '||(field status(), 500)'),
    ])
    expect(eventOf(dossier, 'external')).toMatchObject({ effect: 'known', target: { module: 'stripe' } })
    expect(bodyFor(dossier, 200)).toBe('{id: $1.id}')
  })

  it('leaves open which error of its package a failure is', () => {
    const dossier = readHandler(
      'try { await stripe.charges.create({}) } catch (error) { return res.sendStatus(error instanceof Stripe.errors.StripeCardError ? 402 : 502) }\nres.sendStatus(201)',
      { imports: STRIPE, before: client },
    )
    expect(outline(dossier).map((line) => line.split(' > ').at(-1))).toEqual(['201', '402', '502'])
  })

  it('does not throw from a call that tells a callback', () => {
    const dossier = readHandler(
      'mailer.sendMail({}, (error, info) => { if (error) return res.sendStatus(502); res.sendStatus(202) })',
      { imports: "import nodemailer from 'nodemailer'", before: 'const mailer = nodemailer.createTransport({})' },
    )
    expect(
      outline(dossier)
        .map((line) => line.split(' > ').at(-1))
        .sort(),
    ).toEqual(['202', '502'])
  })

  it.each(['winston', 'pino', 'uuid', 'bcrypt', 'lodash', 'express-validator'])('has no effect for %s', (module) => {
    const dossier = readHandler('thing.info(req.body.a)\nres.sendStatus(201)', {
      imports: `import thing from '${module}'`,
    })
    expect(outline(dossier)).toEqual(['201'])
  })

  it.each(['req.file.buffer', "Buffer.from(req.body.image, 'base64')"])(
    'says that a package that reads a format may refuse %s',
    (image) => {
      const { unresolved } = readHandler(`await sharp(${image}).png().toBuffer()\nres.end()`, {
        imports: "import sharp from 'sharp'",
      })
      expect(unresolved.map(({ what }) => what)).toEqual([
        'sharp may refuse what the request brings, which no way shows',
      ])
    },
  )

  it('does not take mssql for the harmless ms', () => {
    const dossier = readHandler('await thing.query(1)\nres.sendStatus(201)', { imports: "import thing from 'mssql'" })
    expect(eventOf(dossier, 'external').effect).toBe('unclassified')
  })

  it('throws from an unknown package where it is called, not where its value goes', () => {
    const dossier = readHandler(
      'try { const value = check(req.body.a); res.json({ value }) } catch { res.sendStatus(422) }',
      {
        imports: "import lib from 'some-lib'",
        before: 'const check = (value) => { return lib.check(value) }',
      },
    )
    expect(outline(dossier)).toEqual(['some-lib.check > 200', 'some-lib.check fails > 422'])
  })

  it('passes on the failure of a callback that a package runs', () => {
    const dossier = readHandler("await retry(async () => { throw new Error('x') })\nres.sendStatus(201)", {
      imports: "import retry from 'async-retry'",
    })
    expect(outline(dossier)).toEqual(['throw Error > 500'])
  })

  it('answers what the callback of a known wrapper answers', () => {
    const dossier = readHandler('const a = await limit(() => 7)\nres.json({ a })', {
      imports: "import pLimit from 'p-limit'",
      before: 'const limit = pLimit(2)',
    })
    expect(bodyFor(dossier, 200)).toBe('{a: 7}')
  })
})

describe('a chain of calls into a package', () => {
  const SUPABASE = {
    imports: "import { createClient } from '@supabase/supabase-js'",
    before: 'const supabase = createClient(process.env.URL, process.env.KEY)',
  }

  it('is one call, made where the chain ends', () => {
    const dossier = readHandler(
      `const { data, error } = await supabase.from('seats').insert({ row: req.body.row }).select('*').single()
      if (error) return res.status(502).json({ error: error.message })
      res.json(data)`,
      SUPABASE,
    )
    const name = '@supabase/supabase-js.createClient.from.insert.select.single'
    expect(outline(dossier).sort()).toEqual([
      `${name} > 200`,
      `${name} > 502`,
      `${name} fails > ||(field status(), 500)`,
    ])
    expect(bodyFor(dossier, 200)).toBe('$1.data')
    expect(eventOf(dossier, 'external')).toMatchObject({
      timing: 'in-order',
      target: { arguments: [{ value: 'seats' }, { kind: 'object' }, { value: '*' }] },
    })
    expect(dossier.effects.map(({ access }) => access)).toEqual(['write'])
    expect(dossier.unresolved).toEqual([])
  })

  it('ends before what is done with its answer', () => {
    const dossier = readHandler(
      "supabase.from('seats').delete().then(() => res.sendStatus(204), () => res.sendStatus(503))",
      SUPABASE,
    )
    expect(outline(dossier)).toEqual([
      '@supabase/supabase-js.createClient.from.delete > 204',
      '@supabase/supabase-js.createClient.from.delete fails > 503',
    ])
  })
})
