import { ts } from '../syntax/syntax.ts'
import { extend } from './access.ts'
import { assign } from './assign.ts'
import { decide } from './decisions.ts'
import { evaluate } from './evaluate.ts'
import { type Completion, decideCondition, declareVariables, executeStatement, NORMAL } from './execute.ts'
import type { Machine } from './machine.ts'
import { refuseNothing } from './nothing.ts'
import { bindPattern } from './patterns.ts'
import { createScope, type Scope } from './scope.ts'
import { LimitReached } from './stops.ts'
import { type ArrayValue, array, literal, operation, type SymbolValue, symbol, type Value } from './values.ts'

/** A loop that analysis knows the items of is run at most so often: tables of routes are longer than work per request. */
const LOOP_LIMIT = 500
const RUN_LOOP_LIMIT = 100

function turnsOf(machine: Machine): number {
  return machine.run ? RUN_LOOP_LIMIT : LOOP_LIMIT
}

/** Runs a loop; any other statement has no effect. */
export function executeLoop(machine: Machine, node: ts.Statement, scope: Scope): Completion {
  if (ts.isForOfStatement(node)) return executeForOf(machine, node, scope)
  if (ts.isForInStatement(node)) {
    const subject = evaluate(machine, node.expression, scope)
    return executeEach(machine, { node, items: keysOf(subject), scope })
  }
  if (ts.isForStatement(node)) return executeFor(machine, node, scope)
  return ts.isWhileStatement(node) || ts.isDoStatement(node) ? executeWhile(machine, node, scope) : NORMAL
}

function keysOf(subject: Value): ArrayValue {
  if (subject.kind === 'array')
    return array(
      subject.items.map((_, index) => literal(String(index))),
      subject.open,
    )
  if (subject.kind !== 'object') return iterate(subject)
  const keys = [...subject.fields.keys()]
  const isOpen = subject.open || keys.some((key) => key.startsWith('...'))
  return array(keys.filter((key) => !key.startsWith('...')).map(literal), isOpen)
}

/** The items of anything that can be looped over; an unknown list has one unknown item and is open. */
export function iterate(value: Value): ArrayValue {
  if (value.kind === 'array') return value
  const entries = value.kind === 'object' ? value.fields.get('#entries') : undefined
  if (entries?.kind === 'array') return isSet(value) ? array(entries.items.map(firstOf), entries.open) : entries
  return array([value.kind === 'symbol' ? itemOf(value) : operation('item', value)], true)
}

function isSet(value: Value): boolean {
  return value.kind === 'object' && value.type?.kind === 'builtin' && value.type.name === 'Set'
}

function firstOf(pair: Value): Value {
  return pair.kind === 'array' ? (pair.items[0] ?? pair) : pair
}

/** What stands for each item of a list that only a run knows: the first of a request's or an answer's list. */
export function itemOf(list: SymbolValue): SymbolValue {
  const { expression } = list
  if (expression.kind === 'input' || expression.kind === 'result') return symbol(extend(expression, '0'))
  return operation('item', list)
}

function executeForOf(machine: Machine, node: ts.ForOfStatement, scope: Scope): Completion {
  const subject = evaluate(machine, node.expression, scope)
  refuseNothing(machine, subject, { use: '% is not iterable', node })
  if (machine.run && subject.kind === 'symbol' && isPath(subject)) {
    const length = symbol(extend(subject.expression, 'length'))
    if (decide(machine, operation('===', length, literal(0)), node.expression, false)) return NORMAL
  }
  return executeEach(machine, { node, items: iterate(subject), scope })
}

function isPath(subject: SymbolValue): boolean {
  return subject.expression.kind === 'input' || subject.expression.kind === 'result'
}

function executeEach(
  machine: Machine,
  loop: { node: ts.ForOfStatement | ts.ForInStatement; items: ArrayValue; scope: Scope },
): Completion {
  if (!loop.items.open) return executeTurns(machine, loop)
  machine.looseLoops.push(loop.scope)
  try {
    return executeTurns(machine, loop)
  } finally {
    machine.looseLoops.pop()
  }
}

function executeTurns(
  machine: Machine,
  loop: { node: ts.ForOfStatement | ts.ForInStatement; items: ArrayValue; scope: Scope },
): Completion {
  for (const item of loop.items.items.slice(0, turnsOf(machine))) {
    const inner = createScope(loop.scope)
    const { initializer } = loop.node
    const [declaration] = ts.isVariableDeclarationList(initializer) ? initializer.declarations : []
    if (declaration) bindPattern(machine, declaration.name, item, inner)
    else if (!ts.isVariableDeclarationList(initializer)) assign(machine, initializer, item, loop.scope)
    const end = endOfTurn(executeStatement(machine, loop.node.statement, inner), loop.node)
    if (end) return end
  }
  return NORMAL
}

function executeFor(machine: Machine, node: ts.ForStatement, scope: Scope): Completion {
  const inner = createScope(scope)
  if (node.initializer && ts.isVariableDeclarationList(node.initializer))
    declareVariables(machine, node.initializer, inner)
  else if (node.initializer && !ts.isVariableDeclarationList(node.initializer))
    evaluate(machine, node.initializer, inner)
  for (let turn = 0; turn < turnsOf(machine); turn += 1) {
    const condition = node.condition ? evaluate(machine, node.condition, inner) : literal(true)
    const isKnown = condition.kind === 'literal'
    // How often a list of a run is gone through is not known; once shows every effect of the body.
    if (!isKnown && turn > 0) return leaveEarly(machine)
    if (isKnown && !condition.value) return NORMAL
    const end = endOfTurn(executeStatement(machine, node.statement, createScope(inner)), node)
    if (end) return end
    if (node.incrementor) evaluate(machine, node.incrementor, inner)
  }
  throw new LimitReached('turns of a loop')
}

function executeWhile(machine: Machine, node: ts.WhileStatement | ts.DoStatement, scope: Scope): Completion {
  for (let turn = 0; turn < turnsOf(machine); turn += 1) {
    if (ts.isWhileStatement(node) || turn > 0) {
      const condition = evaluate(machine, node.expression, scope)
      if (condition.kind === 'literal' && !condition.value) return NORMAL
      if (condition.kind !== 'literal' && turn > 0) return leaveEarly(machine)
      if (condition.kind !== 'literal' && !decideCondition(machine, node.expression, scope)) return NORMAL
    }
    const end = endOfTurn(executeStatement(machine, node.statement, createScope(scope)), node)
    if (end) return end
  }
  throw new LimitReached('turns of a loop')
}

/** What a loop of an unknown number of turns leads to is not known of the function that it is in. */
function leaveEarly(machine: Machine): Completion {
  const frame = machine.callStack.at(-1)
  if (frame) frame.isCutShort = true
  return NORMAL
}

/** How the whole loop ends after one turn of it; null: with the next turn. */
function endOfTurn(completion: Completion, node: ts.Statement): Completion | null {
  if (completion.kind === 'return') return completion
  if (completion.kind === 'normal') return null
  const { parent } = node
  const isOwn = completion.label === null || (ts.isLabeledStatement(parent) && parent.label.text === completion.label)
  if (!isOwn) return completion
  return completion.kind === 'break' ? NORMAL : null
}
