type Call = (...args: unknown[]) => unknown;

/** Runs `wrap` instead of a method until the mocks are restored; `call` is the method itself, on the same object. */
export function around<T extends object>(
  target: T,
  method: keyof T & string,
  wrap: (call: Call, ...args: unknown[]) => unknown,
): void {
  const original = target[method] as Call;
  const holder = target as Record<string, Call>;
  jest.spyOn(holder, method).mockImplementation(function (this: T, ...args) {
    return wrap((...given) => original.apply(this, given), ...args);
  });
}
