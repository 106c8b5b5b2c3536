import { ProjectionError } from '../../events/projection.error';

/**
 * The code shares out events in another way than the code that made the segments of the projection. It is the `error`
 * in the status of the projection, which does not run here. Raise its `version`, or deploy the former `segmentBy`.
 *
 * @publicApi
 */
export class SegmentByChangedError extends ProjectionError {
  constructor(projection: string, version: number, segments: number) {
    super(
      `Projection "${projection}" does not run here: the segmentBy of this code is not the one that its ${segments} ` +
        'segments were made with, and events would be lost or applied twice where the two meet. Nothing is lost. Next: ' +
        `raise version in @Projection above ${version}, so that the segments are made again with this code and older ` +
        'code steps aside; or deploy the former segmentBy.',
    );
  }
}

/**
 * Segments that older code has shared out in another way stand at different positions. It is the `error` in the
 * status of the projection, which waits here. Start an instance with the older code until this has passed, or rebuild
 * the projection.
 *
 * @publicApi
 */
export class SegmentsApartError extends ProjectionError {
  constructor(projection: string) {
    super(
      `Projection "${projection}" waits here for its segments to be made again: they stand at different positions, and ` +
        'only code with the former segmentBy can bring them to the same. Nothing is lost. Next: nothing where an ' +
        'instance with that code still runs the projection; or else start one until this has passed, or rebuild the ' +
        'projection.',
    );
  }
}

/**
 * Another session keeps a segment locked, and cannot be ended. It is the `error` in the status of the projection, and
 * the take-over is tried again. If it lasts, look for the session in `pg_locks`.
 *
 * @publicApi
 */
export class SegmentLockedError extends ProjectionError {
  constructor(projection: string, segment: number, cause: unknown) {
    super(
      `Projection "${projection}" cannot be taken over here: segment ${segment} stayed locked. Nothing is lost. Next: ` +
        'nothing where a rebuild or another instance is at it; if it lasts, look for the session in pg_locks.',
      { cause },
    );
  }
}
