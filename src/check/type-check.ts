import { statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'
import { keepSources } from './kept-sources.ts'
import { openLibrary, ts } from './syntax.ts'
import type { Finding } from './types.ts'

/**
 * TypeScript says these of a file by the module format that the project compiles to. Vitest runs every test file as an
 * ES module, whatever the project compiles to.
 */
const MODULE_FORMAT_CODES = new Set([1286, 1287, 1295, 1309, 1343, 1375, 1378, 1470, 1479, 1541, 1542])

/** What the compiler did by itself before 6.0, for projects that still use such a one. */
const DEFAULTS_BEFORE_6: ts.CompilerOptions = { strict: false, types: ['*'], noUncheckedSideEffectImports: false }

/** A project of plain JavaScript demands nothing: what TypeScript sees in its files is enough. */
const WITHOUT_TSCONFIG: ts.CompilerOptions = {
  ...DEFAULTS_BEFORE_6,
  allowJs: true,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ESNext,
}

/** As `tsc` does: most of what the declarations of packages hold is comments, and their types are none. */
const JSDOC = ts.JSDocParsingMode.ParseForTypeErrors

export interface TypeCheckInput {
  /** Absolute. */
  readonly root: string
  /** Absolute; null in a project of plain JavaScript, which has none. */
  readonly tsconfig: string | null
  /** Relative to the root. */
  readonly file: string
  readonly text: string
  readonly fallbackPaths: Readonly<Record<string, readonly string[]>>
}

/**
 * Type-checks one test file inside the user's project, with the project's compiler options and its installed types.
 * The file need not exist; only what is wrong in it counts. `fallbackPaths` says where the types of packages are that
 * the project lacks: package name to absolute paths; a package that the project has is taken from there.
 * Takes seconds, nearly all for reading the types of the packages that the file imports. Throws `UserError` when
 * `tsconfig` can't be read.
 */
export function typeCheck({ file, text, ...input }: TypeCheckInput): Finding[] {
  return typeCheckFiles({ ...input, files: [{ file, text }] }).map(({ finding }) => finding)
}

export interface FilesTypeCheckInput extends Omit<TypeCheckInput, 'file' | 'text'> {
  readonly files: readonly Pick<TypeCheckInput, 'file' | 'text'>[]
}

export interface FileFinding {
  readonly file: string
  /** TypeScript's, e.g. 2322. */
  readonly code: number
  readonly finding: Finding
}

/** The same for several test files, of which each costs little beside the first. */
export function typeCheckFiles(input: FilesTypeCheckInput): FileFinding[] {
  const given = new Map(input.files.map(({ file, text }) => [path.resolve(input.root, file), text]))
  const [first = ''] = given.keys()
  const config = input.tsconfig === null ? { options: WITHOUT_TSCONFIG, fileNames: [] } : readConfig(input.tsconfig)
  const options = narrow(config.options, input.root)
  const host = createHost(options, given)
  const lacking = findLacking(input.fallbackPaths, { file: first, options, host })
  const program = ts.createProgram({
    // The project's own declarations of globals; everything else is found from the test file.
    rootNames: [...given.keys(), ...config.fileNames.filter((name) => /\.d\.[cm]?ts$/.test(name))],
    options: { ...options, paths: { ...options.paths, ...lacking } },
    host,
  })
  return input.files.flatMap(({ file }) => {
    const source = program.getSourceFile(path.resolve(input.root, file))
    if (!source) throw new Error(`TypeScript did not take ${file} into its program`)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .filter((diagnostic) => !MODULE_FORMAT_CODES.has(diagnostic.code))
      .map((diagnostic) => ({ file, code: diagnostic.code, finding: describe(diagnostic, source) }))
  })
}

function readConfig(tsconfig: string): ts.ParsedCommandLine {
  const { error } = ts.readConfigFile(tsconfig, (name) => ts.sys.readFile(name))
  const problems: ts.Diagnostic[] = error ? [error] : []
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem: ts.Diagnostic) => problems.push(problem) }
  const config = ts.getParsedCommandLineOfConfigFile(tsconfig, undefined, host)
  problems.push(...(config?.errors ?? []).filter((problem) => isUnreadable(problem.code)))
  if (config && problems.length === 0) return config
  const found = problems.map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, ' ')).join('; ')
  throw new UserError(`Expected a readable ${path.basename(tsconfig)}, found: ${found || 'nothing'}`, {
    hint: 'Run `npx tsc --noEmit` in the project and correct what it says about the configuration.',
  })
}

/** A file that is extended and not there; an option that this compiler does not know is no matter. */
function isUnreadable(code: number): boolean {
  return code === 5083 || code === 6053
}

/** The project's options without what only concerns output: nothing is written, and no library is checked itself. */
function narrow({ tsBuildInfoFile: _, ...options }: ts.CompilerOptions, root: string): ts.CompilerOptions {
  return {
    ...(usesTypeScript6(root) ? {} : DEFAULTS_BEFORE_6),
    ...options,
    noEmit: true,
    skipLibCheck: true,
    skipDefaultLibCheck: true,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    composite: false,
    incremental: false,
    checkJs: false,
    ignoreDeprecations: '6.0',
  }
}

function usesTypeScript6(root: string): boolean {
  const manifest = ts.findConfigFile(root, ts.sys.fileExists, 'node_modules/typescript/package.json')
  const version = /"version":\s*"(\d+)\./.exec((manifest && ts.sys.readFile(manifest)) ?? '')
  return Number(version?.[1] ?? 0) >= 6
}

/** The disk, with the test files and TypeScript's library files laid over it. */
function createHost(options: ts.CompilerOptions, given: ReadonlyMap<string, string>): ts.CompilerHost {
  const host: ts.CompilerHost = { ...ts.createCompilerHost(options), jsDocParsingMode: JSDOC }
  const library = openLibrary()
  const isOfLibrary = (name: string): boolean => name.startsWith(`${library.folder}/`)
  const readOver = (name: string): string | undefined => {
    if (isOfLibrary(name)) return library.readFile(name)
    return given.get(path.resolve(name))
  }
  return {
    ...host,
    getDefaultLibLocation: () => library.folder,
    getDefaultLibFileName: (forOptions) => `${library.folder}/${ts.getDefaultLibFileName(forOptions)}`,
    fileExists: (name) => readOver(name) !== undefined || host.fileExists(name),
    readFile: (name) => readOver(name) ?? host.readFile(name),
    getSourceFile: keepSources(
      (name, language, ...rest) => {
        const text = readOver(name)
        return text === undefined
          ? host.getSourceFile(name, language, ...rest)
          : ts.createSourceFile(name, text, language)
      },
      {
        options,
        stampOf: (name) => (isOfLibrary(name) ? 'library' : given.has(path.resolve(name)) ? null : stamp(name)),
      },
    ),
  }
}

/** When a file was written, and how long it is; null: it is not on the disk. */
function stamp(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false })
  return found?.isFile() ? `${found.mtimeMs} ${found.size}` : null
}

/** A package counts as there when its types are: plain JavaScript would make everything from it `any`. */
function findLacking(
  fallbackPaths: Readonly<Record<string, readonly string[]>>,
  from: { file: string; options: ts.CompilerOptions; host: ts.CompilerHost },
): Record<string, string[]> {
  const lacking = Object.entries(fallbackPaths).filter(([name]) => {
    const { resolvedModule } = ts.resolveModuleName(name, from.file, from.options, from.host)
    return !resolvedModule || !/\.[cm]?tsx?$/.test(resolvedModule.extension)
  })
  return Object.fromEntries(lacking.map(([name, paths]) => [name, [...paths]]))
}

function describe(diagnostic: ts.Diagnostic, source: ts.SourceFile): Finding {
  const start = diagnostic.start ?? 0
  return {
    kind: 'types',
    pathId: findPathId(source, start),
    message: `expected code that fits the types of the project, found TS${diagnostic.code}: ${summarise(diagnostic)}`,
    line: source.getLineAndCharacterOfPosition(start).line + 1,
  }
}

/** What does not fit, and at the end of the first chain of reasons why; an overload's whole message fills a screen. */
function summarise({ messageText }: ts.Diagnostic): string {
  if (typeof messageText === 'string') return messageText
  let reason = messageText
  for (let next = reason.next?.[0]; next; next = reason.next?.[0]) reason = next
  const lines = reason === messageText ? [messageText] : [messageText, reason]
  return lines.map((line) => line.messageText).join(' ')
}

/** The test around a position: `it('[happy] ...', ...)` is the test of the path `happy`. */
function findPathId(source: ts.SourceFile, position: number): string | null {
  let found: string | null = null
  const visit = (node: ts.Node): void => {
    if (position < node.pos || position >= node.end) return
    const title = ts.isCallExpression(node) ? node.arguments[0] : undefined
    if (title && ts.isStringLiteralLike(title)) found = /^\[([^\]]+)\]/.exec(title.text)?.[1] ?? found
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}
