import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { DeclaredProjection } from '../state/declared-projection';
import { UnknownProjectionError } from './failures/operation.errors';
import { segmentByIdentity } from './reading/segment-by-identity';
import type { SourceReader } from './reading/source-reader';
import { ManagedProjection } from './segment/managed-projection';
import type { SegmentRunner } from './segment/segment-runner';

/** The projections that the application declares, by name. */
export class ProjectionRegistry {
  private readonly projections = new Map<string, ManagedProjection>();
  private readonly declarations = new Map<ManagedProjection, DeclaredProjection>();

  /** @param run which of them run in this process: all, none, or those that are named */
  constructor(private readonly run: boolean | readonly string[]) {}

  add(definition: ProjectionDefinition, reader: SourceReader): void {
    this.projections.set(definition.name, new ManagedProjection(definition, reader));
  }

  /** @throws UnknownProjectionError of a name in the option `run` */
  checkRun(): void {
    if (typeof this.run !== 'boolean') for (const name of this.run) this.get(name);
  }

  get all(): readonly ManagedProjection[] {
    return [...this.projections.values()];
  }

  /** @throws UnknownProjectionError */
  get(name: string): ManagedProjection {
    const projection = this.projections.get(name);
    if (!projection) throw new UnknownProjectionError(name, [...this.projections.keys()]);
    return projection;
  }

  /** The loops here that read a source. */
  loopsOf(reader: SourceReader): SegmentRunner[] {
    return this.all.filter((one) => one.reader === reader).flatMap(({ runners }) => runners);
  }

  /** Whether anything here goes by a source: also where it runs elsewhere, it may be waited for. */
  isRead(reader: SourceReader): boolean {
    return this.all.some((one) => one.reader === reader);
  }

  runsHere({ definition }: ManagedProjection): boolean {
    return typeof this.run === 'boolean' ? this.run : this.run.includes(definition.name);
  }

  /** What the database is told of its code. */
  declared(projection: ManagedProjection): DeclaredProjection {
    const known = this.declarations.get(projection);
    if (known) return known;
    const { kind, definition } = projection;
    const { name, version, segments, segmentBy } = definition;
    const source = kind.keepsCheckpoint ? definition.source : undefined;
    const declared = { name, version, segments, segmentBy: segmentByIdentity(segmentBy), source };
    this.declarations.set(projection, declared);
    return declared;
  }
}
