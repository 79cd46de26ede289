import { describe, expect, it } from 'vitest'
import { bodyFor, outline, readRoute, routesOf, scanFiles } from '../support/scan-source.ts'

/** An app with a controller whose routes the project's own decorators collect. */
const OWN = `
  import 'reflect-metadata'
  import express, { Router } from 'express'
  const ROUTES = Symbol('routes')
  function Controller(prefix: string): ClassDecorator { return (target) => Reflect.defineMetadata('prefix', prefix, target) }
  const route = (method: string) => (path: string): MethodDecorator => (target, key) => {
    const routes = Reflect.getMetadata(ROUTES, target.constructor) ?? []
    routes.push({ method, path, key })
    Reflect.defineMetadata(ROUTES, routes, target.constructor)
  }
  const Get = route('get')
  const Post = route('post')

  @Controller('/orders')
  class OrderController {
    constructor(private readonly label: string) {}
    @Get('/') list(req, res) { res.json({ from: this.label }) }
    @Post('/') create(req, res) { res.status(201).json({}) }
    ignored(req, res) { res.json({}) }
  }

  export const app = express()
  const mount = (type, instance) => {
    const router = Router()
    for (const { method, path, key } of Reflect.getMetadata(ROUTES, type)) router[method](path, instance[key].bind(instance))
    app.use(Reflect.getMetadata('prefix', type), router)
  }
  mount(OrderController, new OrderController('here'))
`

describe('decorators of the project', () => {
  it('finds routes that decorators keep as metadata', () => {
    expect(routesOf({ 'src/app.ts': OWN })).toEqual(['GET /orders', 'POST /orders'])
    expect(bodyFor(readRoute({ 'src/app.ts': OWN }, 'GET /orders'), 200)).toBe('{from: "here"}')
  })

  it('uses the method that a decorator puts in place', () => {
    const source = `
      import express from 'express'
      function guarded(target, key, descriptor) {
        const original = descriptor.value
        descriptor.value = function (req, res) {
          if (!req.headers.authorization) return res.status(401).json({})
          return original.apply(this, [req, res])
        }
      }
      class Orders { label = 'kept'; @guarded list(req, res) { res.json({ label: this.label }) } }
      const orders = new Orders()
      export const app = express()
      app.get('/orders', (req, res) => orders.list(req, res))`
    const dossier = readRoute({ 'src/app.ts': source }, 'GET /orders')
    expect(outline(dossier)).toEqual(['200', '401'])
    expect(bodyFor(dossier, 200)).toBe('{label: "kept"}')
  })

  it('uses the class that a decorator returns', () => {
    const source = `
      import express from 'express'
      const named = (label) => (Base) => class extends Base { label = label }
      @named('outer')
      class Orders { list(req, res) { res.json({ label: this.label }) } }
      export const app = express()
      const orders = new Orders()
      app.get('/orders', (req, res) => orders.list(req, res))`
    expect(bodyFor(readRoute({ 'src/app.ts': source }, 'GET /orders'), 200)).toBe('{label: "outer"}')
  })

  it('evaluates from the top and applies from the bottom, members before the class', () => {
    const source = `
      import express from 'express'
      const log = []
      const mark = (name) => { log.push('make ' + name); return () => { log.push('use ' + name) } }
      @mark('class')
      class Orders { @mark('a') @mark('b') list(@mark('parameter') req) {} @mark('static') static count = 1 }
      export const app = express()
      app.get('/log', (req, res) => res.json(log))`
    expect(bodyFor(readRoute({ 'src/app.ts': source }, 'GET /log'), 200)).toBe(
      '["make a", "make b", "make parameter", "use parameter", "use b", "use a", "make static", "use static", "make class", "use class"]',
    )
  })

  it('rewrites the methods of a prototype', () => {
    const source = `
      import express from 'express'
      function wrapAll(target) {
        for (const name of Object.getOwnPropertyNames(target.prototype)) {
          if (name === 'constructor') continue
          const { value } = Object.getOwnPropertyDescriptor(target.prototype, name)
          Object.defineProperty(target.prototype, name, {
            get() { return (req, res) => { res.set('x-wrapped', name); return value.call(this, req, res) } },
          })
        }
      }
      @wrapAll
      class Orders { label = 'bound'; list(req, res) { res.json({ label: this.label }) } }
      export const app = express()
      app.get('/orders', new Orders().list)`
    expect(bodyFor(readRoute({ 'src/app.ts': source }, 'GET /orders'), 200)).toBe('{label: "bound"}')
  })

  it('reads the types that TypeScript emits for decorators', () => {
    const source = `
      import 'reflect-metadata'
      import express from 'express'
      const Injectable = (target) => target
      class Repository { list() { return 'rows' } }
      @Injectable
      class Service { constructor(private repository: Repository, private name: string) {} read() { return this.repository.list() } }
      const make = (type) => new type(...(Reflect.getMetadata('design:paramtypes', type) ?? []).map((one) => one === String ? 'text' : make(one)))
      const service = make(Service)
      export const app = express()
      app.get('/orders', (req, res) => res.json({ rows: service.read() }))`
    expect(bodyFor(readRoute({ 'src/app.ts': source }, 'GET /orders'), 200)).toBe('{rows: "rows"}')
  })

  it('says which decorators it can not follow', () => {
    const source = `
      import express from 'express'
      import { Cached } from 'some-cache'
      import { missing } from './missing.js'
      class Orders { @Cached(60) list(req, res) { res.json([]) } @missing one(req, res) { res.json({}) } }
      export const app = express()
      app.get('/orders', new Orders().list)`
    const { unresolved } = scanFiles({ 'src/app.ts': source })
    expect(unresolved.filter(({ what }) => /decorator/.test(what)).map(({ what, at }) => [what, at.line])).toEqual([
      ['what the decorator some-cache.Cached does is not known', 5],
      ['a decorator that analysis does not know', 5],
    ])
  })
})
