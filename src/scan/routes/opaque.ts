import { describePackage } from '../interpret/express-value.ts'
import type { FunctionValue, PackageValue, Value } from '../interpret/values.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import type { OpaqueMount } from '../types.ts'
import type { Layer } from './layers.ts'
import { neverPasses } from './never-passes.ts'

/** Packages whose handlers answer requests themselves. */
const ANSWERING =
  /^(?:better-auth|@slack\/bolt|@trpc\/server|@apollo\/server|apollo-server-express|@as-integrations\/.*|graphql-http|express-graphql|graphql-yoga|swagger-ui-express|swagger-jsdoc|@scalar\/.*|redoc-express|serve-static|serve-index|connect-history-api-fallback|http-proxy-middleware|express-http-proxy|http-proxy|@bull-board\/.*|uploadthing|inngest|next|nuxt|vite|@remix-run\/.*|@react-router\/.*|@auth\/express|express-openid-connect|oidc-provider|adminjs|@adminjs\/.*|express-status-monitor|@modelcontextprotocol\/.*|peer|@ts-rest\/.*|@orpc\/.*|@hono\/.*|payload|@storybook\/.*)(?:\/|$)/
/** Packages whose middleware only looks at a request, changes it, or turns it away. */
const PASSING =
  /^(?:cors|helmet|compression|morgan|cookie-parser|body-parser|cookie-session|express-session|express-rate-limit|express-slow-down|rate-limiter-flexible|pino-http|express-pino-logger|express-winston|hpp|response-time|express-request-id|passport|connect-flash|csurf|csrf-csrf|csrf-sync|lusca|multer|express-fileupload|method-override|serve-favicon|express-validator|express-jwt|express-oauth2-jwt-bearer|@clerk\/.*|@sentry\/.*|@opentelemetry\/.*|i18next-http-middleware|express-async-errors|express-http-context|cls-rtracer|express-mongo-sanitize|xss-clean|express-ejs-layouts|connect-timeout|express-openapi-validator|express-ip|request-ip|express-useragent|nocache|errorhandler|http-errors|permissions-policy|referrer-policy|express-prom-bundle)(?:\/|$)/

/** What answers requests without being a route of the project: mounted libraries, static files, catch-alls. */
export function findOpaque(layers: readonly Layer[], app: string, root: string): OpaqueMount[] {
  return layers.flatMap((layer) => {
    const found = layer.kind === 'error' || layer.guards || layer.parameter !== null ? null : describeLayer(layer, root)
    return found
      ? [{ path: layer.path || '/', ...found, file: layer.at.file, line: layer.at.line, app, when: layer.when }]
      : []
  })
}

type Description = Pick<OpaqueMount, 'what' | 'why'>

function describeLayer(layer: Layer, root: string): Description | null {
  const handler = layer.handlers.at(-1)
  if (!handler) return null
  if (handler.kind === 'package') return describePackageHandler(layer, handler)
  if (handler.kind === 'function') return layer.kind === 'middleware' ? describeMiddleware(layer, handler, root) : null
  return describeUnknown(handler, layer)
}

function describePackageHandler(layer: Layer, handler: PackageValue): Description | null {
  const what = describePackage(handler)
  if (handler.module === 'express') {
    return what === 'express.static' ? { what, why: 'serves files of a folder' } : null
  }
  if (ANSWERING.test(handler.module)) return { what, why: `the package ${handler.module} answers here` }
  if (PASSING.test(handler.module)) return null
  if (layer.kind === 'route') return { what, why: `how the package ${handler.module} answers is not known` }
  return layer.path === '' && !/(?:router|routes|app|handlers?)$/i.test(what)
    ? null
    : { what, why: `whether the package ${handler.module} answers here or passes requests on is not known` }
}

/** A function of the project that is mounted with `use` and answers: a catch-all, or paths it tells apart by itself. */
function describeMiddleware(layer: Layer, handler: FunctionValue, root: string): Description | null {
  const { node, name } = handler
  const text = node.getText()
  const at = `${relativePath(root, node.getSourceFile().fileName)}:${lineOf(node)}`
  const what = name || `(anonymous) ${at}`
  if (!ANSWERS.test(text)) {
    if (!neverPasses(handler)) return null
    const passesErrors = node.parameters.length === 3 && /\bnext\s*\(/.test(text)
    if (passesErrors) return { what, why: 'passes every request that comes this far on as an error' }
    return { what, why: 'no request gets past it: it throws, or leaves the answer to other code' }
  }
  if (neverPasses(handler)) return { what, why: 'answers every request that comes this far' }
  if (LOOKS_AT_PATH.test(text)) return { what, why: 'a middleware that tells paths apart by itself and may answer' }
  const takesNext = node.parameters.length > 2 && /\bnext\b/.test(text.slice(text.indexOf(')')))
  return layer.path !== '' && !takesNext ? { what, why: 'answers every request below this path' } : null
}

const ANSWERS = /\.\s*(?:json|send|end|sendFile|render|redirect|sendStatus|download|pipe)\s*\(/
const LOOKS_AT_PATH =
  /\breq(?:uest)?\.(?:path|url|originalUrl)\s*(?:===?|\.(?:startsWith|endsWith|includes|match|indexOf))|\.(?:test|exec)\(\s*req(?:uest)?\.(?:path|url|originalUrl)/

function lineOf(node: ts.Node): number {
  return ts.getLineAndCharacterOfPosition(node.getSourceFile(), node.getStart()).line + 1
}

function describeUnknown(handler: Value, layer: Layer): Description | null {
  if (handler.kind === 'native' || (handler.kind === 'literal' && handler.value === undefined)) return null
  if (layer.kind === 'middleware' && layer.path === '' && handler.kind !== 'router') return null
  return { what: `(${handler.kind})`, why: 'what is mounted here is not known before a run' }
}
