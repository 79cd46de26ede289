/** Stands for a value that the database or the provider makes, e.g. a generated id. The same object is the same value. */
export interface Generated {
  readonly $any: 'String' | 'Number' | 'Boolean' | 'Object' | 'Date'
}

/** Stands for a value of which nothing can be said before the run, but for the fields that it has. */
export interface Unsure {
  readonly $unsure: string
}

export function isGenerated(value: unknown): value is Generated {
  return typeof value === 'object' && value !== null && '$any' in value
}

export function isUnsure(value: unknown): value is Unsure {
  return typeof value === 'object' && value !== null && '$unsure' in value
}

export function unsure(why: string): Unsure {
  return { $unsure: why }
}

/** Whether any part of the value fits the test. */
export function hasPart(value: unknown, test: (part: unknown) => boolean): boolean {
  if (test(value)) return true
  if (Array.isArray(value)) return value.some((item) => hasPart(item, test))
  if (typeof value !== 'object' || value === null || value instanceof Date || isGenerated(value)) return false
  return Object.values(value).some((field) => hasPart(field, test))
}

export function isSameValue(left: unknown, right: unknown): boolean {
  return left instanceof Date && right instanceof Date ? left.getTime() === right.getTime() : left === right
}
