/** A route as people name it: `POST /orders`. */
export interface RouteName {
  readonly method: string
  readonly path: string
}
