import type { ts } from '../syntax/syntax.ts'
import type { ClassValue, Value } from './values.ts'

/** A name's place. `read` defers to another module's export, which may be evaluated later. */
export interface Cell {
  value: Value
  readonly read?: () => Value
  /** Of a `let` at the top level that nothing is assigned to there: some function does it before the first request. */
  late?: ts.VariableDeclaration
  /** Of a `let` at the top level that begins with a boolean, a number or a text, while it holds that. */
  start?: { readonly declaration: ts.VariableDeclaration; readonly value: Value; isChanged?: boolean }
}

export interface Scope {
  readonly cells: Map<string, Cell>
  readonly parent: Scope | null
  /** `this` of the function that the scope belongs to. */
  readonly self: Value | null
  /** The class whose method the scope belongs to: where `super` starts from. */
  readonly home: ClassValue | null
}

export function createScope(
  parent: Scope | null,
  self: Value | null = parent?.self ?? null,
  home: ClassValue | null = parent?.home ?? null,
): Scope {
  return { cells: new Map(), parent, self, home }
}

export function findCell(scope: Scope, name: string): Cell | null {
  for (let current: Scope | null = scope; current; current = current.parent) {
    const cell = current.cells.get(name)
    if (cell) return cell
  }
  return null
}

export function readCell(cell: Cell): Value {
  return cell.read ? cell.read() : cell.value
}

export function declare(scope: Scope, name: string, value: Value): void {
  scope.cells.set(name, { value })
}
