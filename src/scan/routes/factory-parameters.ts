import path from 'node:path'
import type { Machine } from '../interpret/machine.ts'
import { isAside, isTool } from '../project/entries.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import type { Dependency, FactoryParameter } from '../types.ts'

/** What a factory must be called with, and which exports of the project bear the names of it. */
export function readParameters(
  machine: Machine,
  parameters: readonly ts.ParameterDeclaration[],
): readonly FactoryParameter[] {
  const optional = parameters.findIndex(
    ({ initializer, questionToken, dotDotDotToken }) => initializer || questionToken || dotDotDotToken,
  )
  return parameters
    .slice(0, optional === -1 ? undefined : optional)
    .map((parameter) => readParameter(machine, parameter))
}

function readParameter(machine: Machine, parameter: ts.ParameterDeclaration): FactoryParameter {
  const find = (name: string): Dependency => ({ name, from: findExported(machine, name, parameter) })
  if (ts.isObjectBindingPattern(parameter.name)) {
    const needed = parameter.name.elements.filter(({ initializer, dotDotDotToken }) => !initializer && !dotDotDotToken)
    return { kind: 'fields', needs: needed.map((one) => find((one.propertyName ?? one.name).getText())) }
  }
  const need = find(parameter.name.getText())
  const fields = need.from ? [] : listFields(parameter)
  return fields.length > 0 ? { kind: 'fields', needs: fields.map(find) } : { kind: 'value', need }
}

/** The fields that the parameter's type demands, where it is spelled out in the same file. */
function listFields({ type }: ts.ParameterDeclaration): string[] {
  const members = type && membersOf(type)
  return (members ?? []).flatMap((member) =>
    member.name && !(ts.isPropertySignature(member) && member.questionToken) ? [member.name.getText()] : [],
  )
}

function membersOf(type: ts.TypeNode): readonly ts.TypeElement[] | null {
  if (ts.isTypeLiteralNode(type)) return type.members
  if (!ts.isTypeReferenceNode(type)) return null
  const name = type.typeName.getText()
  for (const statement of type.getSourceFile().statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) return statement.members
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name) return membersOf(statement.type)
  }
  return null
}

/** By the text of the files: nothing need have imported the one that exports it. The likeliest file comes first. */
function findExported(machine: Machine, name: string, near: ts.Node): Dependency['from'] {
  const { files, root } = machine
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return null
  const escaped = name.replace(/\$/g, '\\$')
  const named = new RegExp(
    `^\\s*export\\s+(?:const|let|var|(?:async\\s+)?function)\\s+${escaped}\\b|^\\s*export\\s*\\{[^}]*\\b${escaped}\\s*[,}]`,
    'm',
  )
  const from = near.getSourceFile().fileName
  const candidates = files.sources.filter((file) => file !== from && !isAside(files, file) && !isTool(files, file))
  const own = candidates.filter((file) => named.test(files.disk.read(file) ?? ''))
  const [found] = own.sort((a, b) => rank(a, name, from) - rank(b, name, from))
  return found === undefined ? null : { file: relativePath(root, found), exportName: name }
}

/** A file of that name, or of a folder of that name, and near the factory rather than far away. */
function rank(file: string, name: string, from: string): number {
  const isNamed = file.toLowerCase().split(/[./]/).includes(name.toLowerCase())
  return path.relative(path.dirname(from), file).split('/').length - (isNamed ? 100 : 0)
}
