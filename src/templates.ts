import { readFile } from 'node:fs/promises'
import { packageFile } from './package-paths.ts'

/** Reads a file of `templates/`. */
export function readTemplate(name: string): Promise<string> {
  return readFile(packageFile(`templates/${name}`), 'utf8')
}

/** Replaces `{{name}}`. Throws when the template and the values do not name the same things: that is our bug. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const text = template.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`the template names {{${name}}}, for which there is no value`)
    used.add(name)
    return value
  })
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`the template does not name ${unused.join(', ')}`)
  return text
}
