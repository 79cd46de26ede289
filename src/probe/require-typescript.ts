import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** `require('./routes/orders')` of a TypeScript file works under the loaders that projects use, so it does here. */
export function requireTypeScript(): void {
  const require = createRequire(import.meta.url)
  for (const extension of ['.ts', '.cts']) {
    require.extensions[extension] = (module, file) => {
      const { ts }: typeof import('ts-morph') = require('ts-morph')
      const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
        fileName: file,
        compilerOptions: {
          module: ts.ModuleKind.CommonJS,
          target: ts.ScriptTarget.ES2022,
          esModuleInterop: true,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          inlineSourceMap: true,
        },
      })
      const compile: unknown = Reflect.get(module, '_compile')
      if (typeof compile === 'function') Reflect.apply(compile, module, [outputText, file])
    }
  }
}
