/** A value worked out before the run, or why it can't be. */
export type Computed =
  | { readonly known: true; readonly value: unknown }
  | { readonly known: false; readonly why: string }

export function known(value: unknown): Computed {
  return { known: true, value }
}

export function unknown(why: string): Computed {
  return { known: false, why }
}
