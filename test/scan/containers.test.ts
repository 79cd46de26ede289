import { describe, expect, it } from 'vitest'
import { appWith, outline, readRoute, routesOf, scanFiles } from '../support/scan-source.ts'

const REPOSITORY = `
  import { db } from './db.js'
  import { orders } from './schema.js'
  export class OrderRepository { async list() { return db.select().from(orders) } }
`

/** The outline of GET /orders of an app whose orders are read through whatever the files wire together. */
function readOrders(body: string, imports: string, files: Record<string, string> = {}): string[] {
  return outline(
    readRoute(appWith(body, { imports, files: { 'src/repository.ts': REPOSITORY, ...files } }), 'GET /orders'),
  )
}

const HANDLER = "app.get('/orders', async (req, res) => { res.json(await service.list()) })"

describe('tsyringe', () => {
  const SERVICE = `
    import { inject, injectable } from 'tsyringe'
    import type { OrderRepository } from './repository.js'
    @injectable()
    export class OrderService {
      constructor(@inject('Repository') private readonly repository: OrderRepository) {}
      list() { return this.repository.list() }
    }`

  it('does not make up what a class without decorators is given', () => {
    const imports = `
      import { container } from 'tsyringe'
      import { OrderRepository } from './repository.js'
      class OrderService { constructor(private repository: OrderRepository) {} list() { return this.repository.list() } }
      const service = container.resolve(OrderService)`
    const { unresolved } = scanFiles(appWith(HANDLER, { imports, files: { 'src/repository.ts': REPOSITORY } }))
    expect(unresolved.map(({ what }) => what)).toEqual([
      'no decorator tells a container what this constructor takes: it gets undefined',
    ])
  })

  it('resolves a class with what its tokens are registered to be', () => {
    const imports = `
      import { container } from 'tsyringe'
      import { OrderRepository } from './repository.js'
      import { OrderService } from './service.js'
      container.register('Repository', { useClass: OrderRepository })
      const service = container.resolve(OrderService)`
    expect(readOrders(HANDLER, imports, { 'src/service.ts': SERVICE })).toEqual([
      'select orders > 200',
      'select orders fails > 500',
    ])
  })

  it('resolves parameters without a token from their types', () => {
    const service = `
      import { singleton } from 'tsyringe'
      import { OrderRepository } from './repository.js'
      @singleton()
      export class OrderService {
        constructor(private readonly repository: OrderRepository) {}
        list() { return this.repository.list() }
      }`
    const imports = `
      import { container } from 'tsyringe'
      import { OrderService } from './service.js'
      const service = container.resolve(OrderService)`
    expect(readOrders(HANDLER, imports, { 'src/service.ts': service })[0]).toBe('select orders > 200')
  })

  it('gives an interface by its token, a factory and an instance', () => {
    const imports = `
      import { container, instanceCachingFactory } from 'tsyringe'
      import { OrderRepository } from './repository.js'
      container.register('Service', { useFactory: instanceCachingFactory((c) => ({ list: () => c.resolve('Repository').list() })) })
      container.registerInstance('Repository', new OrderRepository())
      const service = container.resolve('Service')`
    expect(readOrders(HANDLER, imports)[0]).toBe('select orders > 200')
  })

  it('gives an instance of a package by its class', () => {
    const service = `
      import { injectable } from 'tsyringe'
      import { Orders } from 'orders-client'
      @injectable()
      export class OrderService { constructor(private readonly orders: Orders) {} list() { return this.orders.list() } }`
    const imports = `
      import { container } from 'tsyringe'
      import { Orders } from 'orders-client'
      import { OrderRepository } from './repository.js'
      import { OrderService } from './service.js'
      container.registerInstance(Orders, new OrderRepository())
      const service = container.resolve(OrderService)`
    expect(readOrders(HANDLER, imports, { 'src/service.ts': service })[0]).toBe('select orders > 200')
  })

  it('says which token nothing is registered for', () => {
    const imports = "import { container } from 'tsyringe'\nconst service = container.resolve('Missing')"
    const { unresolved } = scanFiles(appWith(HANDLER, { imports }))
    expect(unresolved.map(({ what }) => what)).toContain('nothing is registered for this as far as analysis can tell')
  })
})

describe('inversify', () => {
  it('resolves bindings, injected properties and constructor parameters', () => {
    const files = {
      'src/container.ts': `
        import { Container, inject, injectable } from 'inversify'
        import { OrderRepository } from './repository.js'
        export const TYPES = { Repository: Symbol.for('Repository'), Service: Symbol.for('Service'), Clock: Symbol.for('Clock') }
        @injectable()
        export class OrderService {
          @inject(TYPES.Repository) private readonly repository: OrderRepository
          constructor(@inject(TYPES.Clock) private readonly clock: { now: string }) {}
          async list() { return { at: this.clock.now, rows: await this.repository.list() } }
        }
        export const container = new Container()
        container.bind(TYPES.Repository).to(OrderRepository).inSingletonScope()
        container.bind(TYPES.Clock).toConstantValue({ now: 'noon' })
        container.bind<OrderService>(TYPES.Service).toDynamicValue((context) => context.container.resolve(OrderService))`,
    }
    const imports = "import { container, TYPES } from './container.js'\nconst service = container.get(TYPES.Service)"
    expect(readOrders(HANDLER, imports, files)[0]).toBe('select orders > 200')
  })

  it('loads modules of version 6 and of version 7', () => {
    const files = {
      'src/modules.ts': `
        import { Container, ContainerModule, injectable } from 'inversify'
        import { OrderRepository } from './repository.js'
        @injectable()
        class OrderService { constructor(private repository: OrderRepository) {} list() { return this.repository.list() } }
        const repositories = new ContainerModule((bind) => { bind(OrderRepository).toSelf() })
        const services = new ContainerModule(({ bind }) => { bind('service').to(OrderService) })
        export const container = new Container({ defaultScope: 'Singleton' })
        container.load(repositories, services)`,
    }
    const imports = "import { container } from './modules.js'\nconst service = container.get('service')"
    expect(readOrders(HANDLER, imports, files)[0]).toBe('select orders > 200')
  })

  it('makes one router for a singleton and one each for a transient', () => {
    const routes = (scope: string): string[] =>
      routesOf({
        'src/app.ts': `
          import express, { Router } from 'express'
          import { Container, injectable } from 'inversify'
          @injectable()
          class Orders { router = Router(); constructor() { this.router.get('/orders', (req, res) => res.json([])) } }
          const container = new Container()
          container.bind(Orders).toSelf().${scope}()
          export const app = express()
          app.use('/a', container.get(Orders).router)
          container.get(Orders).router.get('/late', (req, res) => res.json([]))`,
      })
    expect(routes('inSingletonScope')).toEqual(['GET /a/orders', 'GET /a/late'])
    expect(routes('inTransientScope')).toEqual(['GET /a/orders'])
  })
})

describe('typedi', () => {
  it('makes services with their dependencies, and values by their tokens', () => {
    const files = {
      'src/service.ts': `
        import { Container, Inject, Service } from 'typedi'
        import { OrderRepository } from './repository.js'
        @Service()
        export class OrderService {
          @Inject() private readonly repository: OrderRepository
          constructor(@Inject('limit') private readonly limit: number) {}
          async list() { return (await this.repository.list()).slice(0, this.limit) }
        }
        Container.set('limit', 10)`,
    }
    const imports =
      "import { Container } from 'typedi'\nimport { OrderService } from './service.js'\nconst service = Container.get(OrderService)"
    expect(readOrders(HANDLER, imports, files)[0]).toBe('select orders > 200')
  })
})

describe('awilix', () => {
  const wiring = (mode: string, service: string): string => `
    import { asClass, asFunction, asValue, createContainer, InjectionMode } from 'awilix'
    import { OrderRepository } from './repository.js'
    ${service}
    const container = createContainer({ injectionMode: InjectionMode.${mode} })
    container.register({
      limit: asValue(10),
      orderRepository: asClass(OrderRepository).singleton(),
      orderService: asClass(OrderService).scoped(),
    })
    container.register('makeOrders', asFunction(({ orderService }) => ({ list: () => orderService.list() })).proxy())`

  it('injects one object of everything', () => {
    const service = `class OrderService {
      constructor({ orderRepository }) { this.repository = orderRepository }
      list() { return this.repository.list() }
    }`
    const imports = `${wiring('PROXY', service)}\nconst service = container.cradle.makeOrders`
    expect(readOrders(HANDLER, imports)[0]).toBe('select orders > 200')
  })

  it('injects by the names of parameters', () => {
    const service = `class OrderService {
      constructor(private orderRepository: OrderRepository, private limit: number) {}
      list() { return this.orderRepository.list() }
    }`
    const imports = `${wiring('CLASSIC', service)}\nconst service = container.resolve('makeOrders')`
    expect(readOrders(HANDLER, imports)[0]).toBe('select orders > 200')
  })
})

it('gives a cycle of dependencies the instance that is being made', () => {
  const files = {
    'src/cycle.ts': `
      import { delay, inject, injectable } from 'tsyringe'
      import { OrderRepository } from './repository.js'
      @injectable()
      export class Audit { constructor(@inject(delay(() => OrderService)) public service: OrderService) {} }
      @injectable()
      export class OrderService {
        constructor(private audit: Audit, private repository: OrderRepository) {}
        list() { return this.audit.service.read() }
        read() { return this.repository.list() }
      }`,
  }
  const imports =
    "import { container } from 'tsyringe'\nimport { OrderService } from './cycle.js'\nconst service = container.resolve(OrderService)"
  expect(readOrders(HANDLER, imports, files)[0]).toBe('select orders > 200')
})

describe('inversify-binding-decorators', () => {
  it('binds what provides itself', () => {
    const files = {
      'src/container.ts': `
        import { Container } from 'inversify'
        import { buildProviderModule, fluentProvide, provide } from 'inversify-binding-decorators'
        import { OrderRepository } from './repository.js'
        @provide('source')
        class Source { repository = new OrderRepository() }
        @(fluentProvide('service').inSingletonScope().done())
        class OrderService { constructor(@inject('source') private source) {} list() { return this.source.repository.list() } }
        export const container = new Container()
        container.load(buildProviderModule())
        import { inject } from 'inversify'`,
    }
    const imports = "import { container } from './container.js'\nconst service = container.get('service')"
    expect(readOrders(HANDLER, imports, files)[0]).toBe('select orders > 200')
  })
})

describe('awilix-express', () => {
  const CONTAINER = `
    import { asClass, createContainer } from 'awilix'
    import { inject, loadControllers, makeInvoker, scopePerRequest } from 'awilix-express'
    import { OrderRepository } from './repository.js'
    const container = createContainer({ injectionMode: 'CLASSIC' })
    container.register({ repository: asClass(OrderRepository).scoped() })`

  it('gives handlers what the container of the request makes', () => {
    const body = `app.use(scopePerRequest(container))
      app.get('/orders', async (req, res) => res.json(await req.container.resolve('repository').list()))`
    expect(readOrders(body, CONTAINER)[0]).toBe('select orders > 200')
  })

  it('injects into handlers and into the class behind an invoker', () => {
    const invoker = `class Api { constructor(private repository) {} async list(req, res) { res.json(await this.repository.list()) } }
      app.use(scopePerRequest(container))
      app.get('/orders', makeInvoker(Api)('list'))`
    expect(readOrders(invoker, CONTAINER)[0]).toBe('select orders > 200')
    const injected = `app.use(scopePerRequest(container))
      app.get('/orders', inject((repository) => async (req, res) => res.json(await repository.list())))`
    expect(readOrders(injected, CONTAINER)[0]).toBe('select orders > 200')
  })

  it('loads controllers by the names of their files', () => {
    const controller = `
      import { before, GET, POST, route } from 'awilix-express'
      @route('/orders')
      export class OrderController {
        constructor(private repository) {}
        @GET() async list(req, res) { res.json(await this.repository.list()) }
        @route('/:id') @before([(req, res, next) => next()]) @POST() update(req, res) { res.status(204).end() }
      }`
    const files = { 'src/repository.ts': REPOSITORY, 'src/controllers/order.ts': controller }
    const app = appWith(
      "app.use(scopePerRequest(container))\napp.use(loadControllers('controllers/*.ts', { cwd: __dirname }))",
      {
        imports: CONTAINER,
        files,
      },
    )
    expect(routesOf(app)).toEqual(['GET /orders', 'POST /orders/:id'])
    expect(outline(readRoute(app, 'GET /orders'))[0]).toBe('select orders > 200')
  })
})
