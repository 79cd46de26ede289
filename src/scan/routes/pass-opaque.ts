import type { Machine } from '../interpret/machine.ts'
import type { Value } from '../interpret/values.ts'
import { sourceOf } from '../models/validators/shapes.ts'
import type { Layer } from './layers.ts'

/** Middleware that the project's code does not show passes the request on; a route's last handler would have answered. */
export function passOpaque(machine: Machine, handler: Value, layer: Layer): 'next' | 'unknown' {
  const name = handler.kind === 'package' ? handler.module : handler.kind
  if (isLast(layer, handler))
    machine.run?.unresolved.set(`${name} ${layer.at.line}`, {
      what: `how the package ${name} answers is not known`,
      text: '',
      at: layer.at,
    })
  else if (handler.kind === 'package' && !PASSING.test(handler.module)) {
    const what = `middleware of the package ${name}: whether it lets a request pass is not known`
    machine.run?.unresolved.set(`${name} ${layer.at.line}`, { what, text: sourceOf(handler), at: layer.at })
  }
  return isLast(layer, handler) ? 'unknown' : 'next'
}

export function isLast(layer: Layer, handler: Value): boolean {
  return layer.kind === 'route' && !layer.guards && layer.handlers.at(-1) === handler
}

/** Middleware of these packages passes every request of a test on; others are recorded as unknown. */
const PASSING =
  /^(?:express|cors|helmet|compression|morgan|cookie-parser|body-parser|pino-http|express-pino-logger|express-winston|hpp|response-time|express-request-id|swagger-ui-express|@sentry\/(?:node|bun)|express-http-context|cls-rtracer|express-mongo-sanitize|xss-clean|express-query-boolean|express-query-parser|express-useragent|request-ip|express-ip|nocache|permissions-policy|referrer-policy|express-prom-bundle|express-status-monitor|method-override|serve-favicon|i18next-http-middleware|express-ejs-layouts)$/
