/** Something that the user of the demo can mend; the message says how. */
export class DemoError extends Error {}
