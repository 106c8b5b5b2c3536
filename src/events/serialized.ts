/** What JSON can hold as it is. */
type Plain = string | number | boolean | null | undefined;

/** What no event can hold: `append` refuses it. */
type Refused = bigint | symbol | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>;

type Method = (...args: never[]) => unknown;

/**
 * What arrives in a handler of data that were appended as a `T`: a `Date` is a string, what has a `toJSON` is what that gives,
 * methods are gone.
 *
 * ```ts
 * class OrderPaid { constructor(readonly paidAt: Date) {} }
 *
 * @On(OrderPaid)
 * paid({ data }: RecordedEvent<Serialized<OrderPaid>>) { return data.paidAt.slice(0, 10); }
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
