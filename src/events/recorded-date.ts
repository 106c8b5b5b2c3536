/** When an event was recorded: a date that cannot be set, for freezing does not keep a date from that. */
export class RecordedDate extends Date {}

// Libraries copy dates by `new date.constructor(date)`, and then set the copy.
Object.defineProperty(RecordedDate.prototype, 'constructor', {
  value: Date,
  writable: true,
  configurable: true,
});

for (const name of Object.getOwnPropertyNames(Date.prototype))
  if (name.startsWith('set'))
    Object.defineProperty(RecordedDate.prototype, name, {
      value: () => {
        throw new TypeError(
          `Cannot call ${name} on the date of an event, which is shared: copy it by new Date(date)`,
        );
      },
    });

/** Of a date the one that cannot be set; what the store has beyond all dates is left as it is. */
export function asRecorded(date: Date): Date {
  return !(date instanceof Date) || date instanceof RecordedDate ? date : new RecordedDate(date);
}
