/**
 * The payload types of your events by type name, for `@On('OrderCreated')` to check its handler against.
 * Augment it where you declare your events:
 *
 * ```ts
 * declare module 'nestjs-projections' {
 *   interface EventMap { OrderCreated: { order_id: string } }
 * }
 * ```
 *
 * From then on `@On` takes the names declared here only, so that a misspelled one does not compile. Where some events
 * are to stay undeclared, add `[type: string]: any`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it exists to be augmented
export interface EventMap {}
