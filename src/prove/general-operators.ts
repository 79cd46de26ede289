/** Bugs of any code; those of routes are what people wake up for. */
const GENERAL = new Set(['literal', 'operator', 'condition', 'lost-property', 'removed-call'])

export function isOfDomain({ operator }: { readonly operator: string }): boolean {
  return !GENERAL.has(operator)
}
