/** The events of a map of payloads by type, told apart by their type. */
export type EventOf<Payloads> = {
  [Type in keyof Payloads]: { readonly type: Type; readonly data: Payloads[Type] };
}[keyof Payloads];
