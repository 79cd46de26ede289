import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Ablation, Baseline, BaselinePart, TestSaid } from './types.ts'

// Each in a file of its own, so that as many workers can find them out at once.
const PARTS: readonly BaselinePart[] = ['tests', '501', '200']

/** What a worker finds out; the last one has what is left. */
export function partsOf(worker: number, workers: number): BaselinePart[] {
  return PARTS.filter((_, index) => Math.min(index, workers - 1) === worker)
}

export function isMissing(file: string, part: BaselinePart): boolean {
  return !existsSync(`${file}.${part}`)
}

export function isComplete(file: string): boolean {
  return !PARTS.some((part) => isMissing(file, part))
}

export function writePart(file: string, part: BaselinePart, found: object): void {
  const name = `${file}.${part}`
  writeFileSync(`${name}.draft`, JSON.stringify(found))
  renameSync(`${name}.draft`, name)
}

export function readBaseline(file: string): Baseline {
  const ablated = (ablation: Ablation): TestSaid[] => readPart(file, ablation)
  const measured: Omit<Baseline, 'ablated'> = readPart(file, 'tests')
  return { ...measured, ablated: { '501': ablated('501'), '200': ablated('200') } }
}

function readPart(file: string, part: BaselinePart) {
  return JSON.parse(readFileSync(`${file}.${part}`, 'utf8'))
}
