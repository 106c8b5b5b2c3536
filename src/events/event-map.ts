/**
 * The payload types of your events by type name, for `@On('OrderCreated')` to check its handler against. Augment it
 * where you declare your events. From then on `@On` takes the names declared here only, so that a misspelled one does
 * not compile. Where some events are to stay undeclared, add `[type: string]: any`.
 *
 * @example
 * ```ts
 * export interface OrderCreated {
 *   order_id: string;
 * }
 *
 * declare module 'nestjs-projections' {
 *   interface EventMap {
 *     OrderCreated: OrderCreated;
 *   }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it exists to be augmented
export interface EventMap {}
