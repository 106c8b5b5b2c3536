import type { ProjectionType } from '../../authoring/projection-options';
import { catchUp } from './catch-up.kind';
import { inline } from './inline.kind';
import type { Kind } from './kind';
import { live } from './live.kind';
import { persistent } from './persistent.kind';

const KINDS: Readonly<Record<ProjectionType, Kind>> = { persistent, inline, live, 'catch-up': catchUp };

export function kindOf({ type }: { readonly type: ProjectionType }): Kind {
  return KINDS[type];
}
