import { describe, expect, it } from 'vitest'
import { appWith, bodyFor, outline, readRoute, routesOf, scanFiles } from '../support/scan-source.ts'

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

const controller = (name: string, path: string): string => `
  import { router } from '../router.js'
  const Get = (path) => (target, key) => { router.get(path, target[key]) }
  export class ${name} { @Get('${path}') list(req, res) { res.json([]) } }`

describe('decorators of the project', () => {
  it('finds routes that decorators keep as metadata', () => {
    expect(routesOf({ 'src/app.ts': OWN })).toEqual(['GET /orders', 'POST /orders'])
    expect(bodyFor(readRoute({ 'src/app.ts': OWN }, 'GET /orders'), 200)).toBe('{from: "here"}')
  })

  it.each([
    ['a bare import', "import './controllers/index.js'"],
    ['require', "require('./controllers')"],
  ])('runs controllers that a barrel passes on: %s', (_name, load) => {
    const files = {
      'src/router.ts': "import { Router } from 'express'\nexport const router = Router()",
      'src/controllers/index.ts': "export * from './orders.js'\nexport { Users } from './users.js'",
      'src/controllers/orders.ts': controller('Orders', '/orders'),
      'src/controllers/users.ts': controller('Users', '/users'),
      'src/app.ts': `
        import express from 'express'
        import { router } from './router.js'
        ${load}
        export const app = express()
        app.use(router)`,
    }
    expect(routesOf(files)).toEqual(['GET /orders', 'GET /users'])
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
      function logged(value: Function, context: ClassMethodDecoratorContext) { return value }
      class Orders { @Cached(60) list(req, res) { res.json([]) } @missing one(req, res) { res.json({}) } @logged two() {} }
      export const app = express()
      app.get('/orders', new Orders().list)`
    const { unresolved } = scanFiles({ 'src/app.ts': source })
    expect(unresolved.filter(({ what }) => /decorator/.test(what)).map(({ what, at }) => [what, at.line])).toEqual([
      ['what the decorator some-cache.Cached does is not known', 6],
      ['what the decorator ./missing.js.missing does is not known', 6],
      ['a decorator of the ECMAScript standard, which is not analysed', 6],
    ])
  })
})

describe('routing-controllers', () => {
  const APP = `
    import express from 'express'
    import { Container, Service } from 'typedi'
    import { Authorized, Body, Get, HttpCode, JsonController, NotFoundError, OnUndefined, Param, Post, useContainer, useExpressServer, UseBefore } from 'routing-controllers'
    import { eq } from 'drizzle-orm'
    import { db } from './db.js'
    import { orders } from './schema.js'
    useContainer(Container)
    @Service()
    class OrderService {
      async find(id) { const [row] = await db.select().from(orders).where(eq(orders.id, id)); return row }
      create(values) { return db.insert(orders).values(values).returning() }
    }
    const limit = (req, res, next) => req.headers.slow ? res.status(429).end() : next()
    @JsonController('/orders')
    class OrderController {
      constructor(private readonly service: OrderService) {}
      @Get('/:id')
      async find(@Param('id') id: number) {
        const order = await this.service.find(id)
        if (!order) throw new NotFoundError('no such order')
        return order
      }
      @Post() @HttpCode(201) @UseBefore(limit)
      async create(@Body() body) { return this.service.create(body) }
      @Authorized() @Get('/secret/all') @OnUndefined(202)
      secret() {}
    }
    export const app = express()
    useExpressServer(app, {
      routePrefix: '/api',
      controllers: [OrderController],
      authorizationChecker: async (action, roles) => action.request.headers.authorization === 'yes',
    })`
  const files = appWith('', { files: { 'src/app.ts': APP } })

  it('finds the routes of its controllers, and the methods behind them', () => {
    const { routes } = scanFiles(files)
    expect(routes.map(({ method, path, handler }) => `${method} ${path} ${handler.name} ${handler.line}`)).toEqual([
      'GET /api/orders/:id OrderController.find 18',
      'POST /api/orders OrderController.create 24',
      'GET /api/orders/secret/all OrderController.secret 26',
    ])
  })

  it('reads what a method answers, and what stands before it', () => {
    expect(outline(readRoute(files, 'GET /api/orders/:id'))).toEqual([
      'select orders > 200',
      'select orders fails > 500',
      'select orders > throw NotFoundError > 404',
    ])
    expect(outline(readRoute(files, 'POST /api/orders'))).toEqual([
      '429',
      'insert orders > 201',
      'insert orders fails > 500',
    ])
    expect(outline(readRoute(files, 'GET /api/orders/secret/all')).sort()).toEqual(['202', '401'])
  })

  it('finds controllers by the names of their files', () => {
    const found = routesOf({
      'src/app.ts': `
        import { createExpressServer } from 'routing-controllers'
        export const app = createExpressServer({ controllers: [__dirname + '/controllers/*.controller.{ts,js}'] })`,
      'src/controllers/health.controller.ts': `
        import { Controller, Get } from 'routing-controllers'
        @Controller()
        export class HealthController { @Get('/health') check() { return 'ok' } }`,
    })
    expect(found).toEqual(['GET /health'])
  })
})

describe('inversify-express-utils', () => {
  const APP = `
    import express from 'express'
    import { Container, inject } from 'inversify'
    import { BaseHttpController, controller, httpGet, httpPost, InversifyExpressServer, requestBody, requestParam, response } from 'inversify-express-utils'
    import { db } from './db.js'
    import { orders } from './schema.js'
    class OrderService { list() { return db.select().from(orders) } }
    const auth = (req, res, next) => req.headers.authorization ? next() : res.status(401).end()
    @controller('/orders', auth)
    class OrderController extends BaseHttpController {
      constructor(@inject('service') private readonly service: OrderService) { super() }
      @httpGet('/') async list() { return this.json(await this.service.list()) }
      @httpPost('/:id') update(@requestParam('id') id: string, @requestBody() body, @response() res) { res.status(202).json({ id, body }) }
      @httpGet('/none') none() { return this.notFound() }
    }
    const container = new Container()
    container.bind('service').to(OrderService)
    const server = new InversifyExpressServer(container, null, { rootPath: '/api' })
    server.setConfig((app) => { app.use(express.json()) }).setErrorConfig((app) => { app.use((error, req, res, next) => res.status(503).json({})) })
    export const app = server.build()`
  const files = appWith('', { files: { 'src/app.ts': APP } })

  it('finds the routes of its controllers below the root path', () => {
    expect(routesOf(files)).toEqual(['GET /api/orders', 'POST /api/orders/:id', 'GET /api/orders/none'])
  })

  it('reads what a method answers, and what stands before it', () => {
    expect(outline(readRoute(files, 'GET /api/orders'))).toEqual([
      'select orders > 200',
      '401',
      'select orders fails > 503',
    ])
    expect(bodyFor(readRoute(files, 'POST /api/orders/:id'), 202)).toBe('{id: params.id, body: body}')
    expect(outline(readRoute(files, 'GET /api/orders/none'))).toEqual(['404', '401'])
  })
})

describe('tsoa', () => {
  const GENERATED = `
    import { ExpressTemplateService, fetchMiddlewares } from '@tsoa/runtime'
    import { OrderController } from './order-controller.js'
    const templateService = new ExpressTemplateService({}, {})
    export function RegisterRoutes(app) {
      const argsOrderController_create = { id: { in: 'path', name: 'id', required: true, dataType: 'double' }, values: { in: 'body', name: 'values', required: true } }
      app.post('/orders/:id',
        ...(fetchMiddlewares(OrderController)),
        ...(fetchMiddlewares(OrderController.prototype.create)),
        async function OrderController_create(request, response, next) {
          let validatedArgs = []
          try {
            validatedArgs = templateService.getValidatedArgs({ args: argsOrderController_create, request, response })
            const controller = new OrderController()
            await templateService.apiHandler({ methodName: 'create', controller, response, next, validatedArgs, successStatus: undefined })
          } catch (err) { return next(err) }
        })
    }`
  const files = {
    'src/routes.ts': GENERATED,
    'src/order-controller.ts': `
      import { Body, Controller, Middlewares, Path, Post, Route } from 'tsoa'
      @Route('orders')
      export class OrderController extends Controller {
        @Post('{id}') @Middlewares((req, res, next) => req.headers.authorization ? next() : res.status(401).end())
        async create(@Path() id: number, @Body() values: { total: number }) { this.setStatus(201); return { id, total: values.total } }
      }`,
    'src/app.ts': `
      import express from 'express'
      import { RegisterRoutes } from './routes.js'
      export const app = express()
      app.use(express.json())
      RegisterRoutes(app)`,
  }

  it('reads the controllers behind the routes that it generates', () => {
    const dossier = readRoute(files, 'POST /orders/:id')
    expect(outline(dossier)).toEqual(['201', '401', '400'])
    expect(bodyFor(dossier, 201)).toBe('{id: params.id, total: body.total}')
  })
})

it.each([
  '@missing.deep.call()(1) class A { @(null) b() {} }',
  '@(1 as any) class A { @[] c = 1; @({}) static d() {} }',
  "const f = (t, k, d) => { throw new Error('no') }\n@f class A { @f b() {} @f c = 1; @f get d() { return 1 } constructor(@f e) {} }",
  'const f = (t) => f(t)\n@f class A {}',
  'const f = (t, k, d) => null\nclass A { @f [Math.random()]() {} @f #private() {} @f declare e; @f set x(v) {} }',
  '@Reflect.metadata() @Object.defineProperty class A { @Reflect.defineMetadata b() {} }',
  "Object.defineProperty(undefined, 'a', undefined); Object.getOwnPropertyNames(); Reflect.ownKeys(1); Reflect.getMetadata()",
  "import { Container, inject } from 'inversify'\nconst c = new Container()\nclass A { constructor(@inject(A) a: A, @inject() b, c: Missing) {} }\nc.bind().to(); c.bind(A).toService(A); c.get(); c.get(A); c.load(1, undefined)",
  "import { container, injectable, delay } from 'tsyringe'\n@injectable() class A { constructor(a: A, b: B) {} }\nclass B { constructor(a: A) {} }\ncontainer.resolve(A); container.register(); container.resolve(delay()); container.registerType('a', 'a'); container.resolve('a')",
  "import { createContainer, asFunction, aliasTo } from 'awilix'\nconst c = createContainer()\nc.register({ a: asFunction(({ a }) => a), b: aliasTo('b'), ...c.cradle }); c.resolve('a'); c.resolve('b'); c.resolve(); c.build(); c.register(1)",
  "import { useExpressServer, createExpressServer, JsonController, Get } from 'routing-controllers'\nuseExpressServer(); createExpressServer(1); createExpressServer({ controllers: [1, '((', '**/*['] })",
])('never fails on %s', (source) => {
  const app = "import express from 'express'\nexport const app = express()\napp.get('/a', (req, res) => res.end())\n"
  const { routes, unresolved } = scanFiles({ 'src/app.ts': app + source })
  expect(routes.map(({ path }) => path)).toEqual(['/a'])
  expect(unresolved.filter(({ what }) => /bug of itest/.test(what))).toEqual([])
})
