/** One of the disjoint shares of a projection's events; the first is 0. */
export interface SegmentId {
  readonly projection: string;
  readonly segment: number;
}

export const keyOf = ({ projection, segment }: SegmentId): string => `${projection}/${segment}`;
