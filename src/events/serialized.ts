/** What JSON can hold as it is. */
type Plain = string | number | boolean | null | undefined;

/** What no event can hold: `append` refuses it. */
type Refused = bigint | symbol | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>;

type Method = (...args: never[]) => unknown;

/**
 * The type of data in a handler that were appended as a `T`: a `Date` is a string, an object with `toJSON` is the
 * result of that, methods are gone.
 *
 * @example
 * ```ts
 * class OrderPaid {
 *   constructor(readonly paidAt: Date) {}
 * }
 *
 * const dayOf = ({ data }: RecordedEvent<Serialized<OrderPaid>>): string => data.paidAt.slice(0, 10);
 * ```
 */
export type Serialized<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? T
    : T extends Plain
      ? T
      : T extends { toJSON(...args: never[]): infer Json }
        ? Serialized<Json>
        : T extends Refused
          ? never
          : T extends readonly unknown[]
            ? { [K in keyof T]: Serialized<T[K]> }
            : {
                [K in keyof T as K extends symbol ? never : T[K] extends Method ? never : K]: Serialized<
                  T[K]
                >;
              };
