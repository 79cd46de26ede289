import { describe, expect, it } from 'vitest'
import { bodyFor, eventOf, outline, readHandler, show } from '../support/scan-source.ts'

describe('a validator whose rules are not decoded', () => {
  it.each([
    [
      'yup',
      "import * as yup from 'yup'",
      'const schema = yup.object({ a: yup.string().required() })',
      'try { await schema.validate(req.body) } catch (e) { return res.status(400).json(e.errors) }',
    ],
    [
      'yup',
      "import { object, string } from 'yup'",
      'const schema = object({ a: string().required() })',
      'if (!(await schema.isValid(req.body))) return res.sendStatus(400)',
    ],
    [
      'valibot',
      "import * as v from 'valibot'",
      'const schema = v.object({ a: v.string() })',
      'const result = v.safeParse(schema, req.body); if (!result.success) return res.status(400).json(result.issues)',
    ],
    [
      'valibot',
      "import { object, parse, string } from 'valibot'",
      'const schema = object({ a: string() })',
      'try { parse(schema, req.body) } catch { return res.sendStatus(400) }',
    ],
    [
      'superstruct',
      "import { assert, object, string } from 'superstruct'",
      'const schema = object({ a: string() })',
      'try { assert(req.body, schema) } catch { return res.sendStatus(400) }',
    ],
    [
      'superstruct',
      "import { object, string, validate } from 'superstruct'",
      'const schema = object({ a: string() })',
      'const [error] = validate(req.body, schema); if (error) return res.sendStatus(400)',
    ],
    [
      'ajv',
      "import Ajv from 'ajv'",
      "const ajv = new Ajv(); const check = ajv.compile({ type: 'object', required: ['a'] })",
      'if (!check(req.body)) return res.status(400).json(check.errors)',
    ],
    [
      'ajv',
      "import Ajv from 'ajv'",
      "const ajv = new Ajv(); const schema = { type: 'object', required: ['a'] }",
      'if (!ajv.validate(schema, req.body)) return res.sendStatus(400)',
    ],
    [
      'typebox',
      "import { Type } from '@sinclair/typebox'; import { Value } from '@sinclair/typebox/value'",
      'const schema = Type.Object({ a: Type.String() })',
      'if (!Value.Check(schema, req.body)) return res.sendStatus(400)',
    ],
    [
      'class-validator',
      "import { IsString, validate } from 'class-validator'; import { plainToInstance } from 'class-transformer'",
      'class Order { @IsString() a: string }',
      'const errors = await validate(plainToInstance(Order, req.body)); if (errors.length > 0) return res.status(400).json(errors)',
    ],
  ])('%s (%s) is an event and a decision', (validator, imports, before, check) => {
    const dossier = readHandler(`${check}; res.sendStatus(204)`, { imports, before })
    expect(outline(dossier)).toEqual(['204', '400'])
    const event = eventOf(dossier, 'validate')
    expect({ validator: event.validator, subject: show(event.subject) }).toEqual({ validator, subject: 'body' })
    expect(event.shape.type === 'unknown' ? event.shape.text : '').toMatch(/object|Object|IsString/)
  })

  it('gives a class whose decorators are the rules as its source', () => {
    const dossier = readHandler(
      'const dto = plainToInstance(Order, req.body); await validateOrReject(dto); res.json({ a: dto.a })',
      {
        imports:
          "import { IsString, validateOrReject } from 'class-validator'; import { plainToInstance } from 'class-transformer'",
        before: 'class Order { @IsString() a: string }',
      },
    )
    expect(dossier.inputs[0]).toMatchObject({
      from: 'body',
      path: [],
      source: 'class Order { @IsString() a: string }',
      rules: { type: 'unknown' },
    })
    expect(bodyFor(dossier, 200)).toBe('{a: body.a}')
  })

  it('is named with its schema where it is a middleware of a package', () => {
    const dossier = readHandler('res.sendStatus(204)', {
      imports: "import { validateRequest } from 'zod-express-middleware'; import { z } from 'zod'",
      before: 'app.use(validateRequest({ body: z.object({ a: z.string() }) }))',
    })
    expect(dossier.unresolved[0]?.what).toContain('middleware of the package zod-express-middleware')
    expect(dossier.unresolved[0]?.text).toBe('validateRequest({ body: z.object({ a: z.string() }) })')
  })
})
