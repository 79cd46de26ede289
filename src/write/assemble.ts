import { format, resolveConfig } from 'prettier'
import type { CodeStyle } from '../scan/project/code-style.ts'
import { fillTemplate, readTemplate } from '../templates.ts'
import { renderText } from './render-value.ts'
import type { Draft, DraftCase, Scaffold } from './types.ts'

/** The whole test file, laid out as the project lays out its own. `path` is absolute. */
export async function assembleFile(
  scaffold: Scaffold,
  draft: Draft,
  options: { path: string; style: CodeStyle },
): Promise<string> {
  const cases = await Promise.all(draft.cases.map(renderCase))
  const body = [scaffold.header, scaffold.fixtures, ...draft.cases.map((one) => one.code)].join('\n')
  const text = fillTemplate(await readTemplate('test-file.ts.template'), {
    imports: renderImports(body),
    header: scaffold.header,
    suite: renderText(scaffold.suite),
    fixtures: scaffold.fixtures,
    cases: cases.join('\n\n'),
  })
  const own = await resolveConfig(options.path, { editorconfig: true })
  const { semicolons, singleQuotes, printWidth } = options.style
  return format(text, {
    semi: semicolons,
    singleQuote: singleQuotes,
    printWidth,
    trailingComma: 'all',
    ...own,
    parser: 'typescript',
  })
}

async function renderCase(one: DraftCase): Promise<string> {
  return fillTemplate(await readTemplate('case.ts.template'), {
    title: renderText(`[${one.pathId}] ${one.title}`),
    code: one.code,
  })
}

/** Only what the file uses, so that a strict linter has nothing to say. */
function renderImports(body: string): string {
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body)
  const harness = ['auth', 'bootApp', 'db', 'faults', 'stub'].filter((name) =>
    // A path such as /auth is no use of it.
    name === 'auth' ? /\bauth\.\w+\(/.test(body) : uses(name),
  )
  const vitest = ['beforeEach', 'describe', 'expect', 'it', 'vi'].filter(
    (name) => name === 'describe' || name === 'it' || uses(name),
  )
  return [
    ...(harness.length > 0 ? [`import { ${harness.join(', ')} } from 'itest-gen'`] : []),
    "import request from 'supertest'",
    `import { ${vitest.join(', ')} } from 'vitest'`,
  ].join('\n')
}
