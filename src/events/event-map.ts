/**
 * The payload types of your events by type name, for `@On('OrderCreated')` to check its handler against.
 * Augment it where you declare your events:
 *
 * ```ts
 * declare module 'nestjs-projections' {
 *   interface EventMap { OrderCreated: { order_id: string } }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it exists to be augmented
export interface EventMap {}
