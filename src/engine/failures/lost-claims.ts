/** Another instance moved or claimed the checkpoint: the batch is void, and whoever moved it has applied it. */
export class CheckpointMoved extends Error {}

/** The checkpoint was claimed under a later lease: this loop is no longer the owner's. */
export class LeaseLost extends Error {}

/** The loop is to end while an order waits: whoever owns the segment next carries the order out. */
export class OrderLeft extends Error {}
