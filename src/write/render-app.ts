import type { CodeStyle } from '../scan/project/code-style.ts'
import type { AppEntry, Dependency, Dossier, FactoryParameter } from '../scan/types.ts'
import { renderText } from './render-value.ts'
import { specifier } from './specifier.ts'

interface RenderedApp {
  readonly imports: readonly string[]
  readonly declarations: readonly string[]
}

interface RenderOptions {
  readonly file: string
  readonly style: CodeStyle
  /** Names that mean something else in the test file. */
  readonly taken: readonly string[]
}

/** How the test file gets the app: a plain import where there is something to import. */
export function renderApp({ app, boot, route }: Dossier, options: RenderOptions): RenderedApp {
  const from = renderText(specifier(options, app.file))
  switch (app.how) {
    case 'exported':
      return { imports: [importAs('app', app, from)], declarations: [] }
    case 'listens': {
      const isLate = boot.apps.some(({ file, line, isFilledAfterListen }) => {
        return isFilledAfterListen && file === app.file && line === app.line
      })
      const wanted = isLate ? `, { route: ${renderText(`${route.method} ${route.path}`)} }` : ''
      return { imports: [], declarations: [`const app = await bootApp(() => import(${from})${wanted})`, ''] }
    }
    case 'factory': {
      const local = app.exportName === 'default' || app.exportName === null ? 'createApp' : app.exportName
      return make(`await ${local}`, { app, options, first: importAs(local, app, from) })
    }
    case 'class': {
      const local = app.exportName === 'default' || app.exportName === null ? 'App' : app.exportName
      return make(`new ${local}`, { app, options, first: importAs(local, app, from) })
    }
    case 'instance': {
      const local = app.exportName === 'default' || app.exportName === null ? 'holder' : app.exportName
      const name = local === 'app' ? 'holder' : local
      return {
        imports: [importAs(name, app, from)],
        declarations: [`const app = ${name}.${app.property ?? 'app'}`, ''],
      }
    }
    default:
      return app.how satisfies never
  }
}

function importAs(local: string, { exportName }: Pick<AppEntry, 'exportName'>, from: string): string {
  if (exportName === null || exportName === 'default') return `import ${local} from ${from}`
  return `import { ${exportName === local ? local : `${exportName} as ${local}`} } from ${from}`
}

function make(
  call: string,
  { app, options, first }: { app: AppEntry; options: RenderOptions; first: string },
): RenderedApp {
  const parameters = app.parameters ?? []
  const args = parameters.map((parameter) => renderArgument(parameter, options)).join(', ')
  const property = app.property === undefined ? '' : `.${app.property}`
  const needs = parameters.flatMap((one) => (one.kind === 'value' ? [one.need] : one.needs))
  return {
    imports: [first, ...needs.flatMap((need) => importNeed(need, options))],
    declarations: [`const app = ${call}(${args})${property}`, ''],
  }
}

function renderArgument(parameter: FactoryParameter, options: RenderOptions): string {
  if (parameter.kind === 'value') return localName(parameter.need, options)
  const fields = parameter.needs.map((need) => {
    const local = localName(need, options)
    return local === need.name ? local : `${need.name}: ${local}`
  })
  return `{ ${fields.join(', ')} }`
}

function importNeed(need: Dependency, options: RenderOptions): string[] {
  if (need.from === null) return []
  const from = renderText(specifier(options, need.from.file))
  return [importAs(localName(need, options), need.from, from)]
}

/** `db` is the test's own, so the app's is `appDb`. */
function localName({ name }: Dependency, { taken }: RenderOptions): string {
  return taken.includes(name) ? `app${name[0]?.toUpperCase()}${name.slice(1)}` : name
}
