/** Something that is made once, when it is first needed. */
export interface OnDemand<T> {
  /** Begins to make it, if nobody has; rejects for all when it can't be made. */
  get(): Promise<T>
  readonly progress: 'not begun' | 'under way' | 'done' | 'failed'
  /** Why it failed. */
  readonly error: unknown
}

export function onDemand<T>(make: () => Promise<T>): OnDemand<T> {
  let making: Promise<T> | null = null
  let progress: OnDemand<T>['progress'] = 'not begun'
  let error: unknown = null
  const begin = async (): Promise<T> => {
    progress = 'under way'
    try {
      const made = await make()
      progress = 'done'
      return made
    } catch (thrown) {
      progress = 'failed'
      error = thrown
      throw thrown
    }
  }
  return {
    get: () => {
      making ??= begin()
      return making
    },
    get progress() {
      return progress
    },
    get error() {
      return error
    },
  }
}
