import type { MigrationInterface } from 'typeorm';
import { CreateEvents1790000000000 } from './1790000000000-create-events';
import { CreateCheckpoints1790000000001 } from './1790000000001-create-checkpoints';
import { CreateControl1790000000002 } from './1790000000002-create-control';
import { AddSegments1790000000003 } from './1790000000003-add-segments';
import { CreateHeadTimes1790000000010 } from './1790000000010-create-head-times';
import { AddInlineMarks1790000000040 } from './1790000000040-add-inline-marks';
import { AddSegmentBy1790000000050 } from './1790000000050-add-segment-by';
import { AddProgress1790000000060 } from './1790000000060-add-progress';
import { AddBeginnings1790000000080 } from './1790000000080-add-beginnings';
import { AddWitness1790000000090 } from './1790000000090-add-witness';
import { AddLeftOut1790000000110 } from './1790000000110-add-left-out';
import { AddWitnessThrough1790000000120 } from './1790000000120-add-witness-through';
import { AddSources1790000000130 } from './1790000000130-add-sources';

/**
 * The module's migrations in order, to run with your own where `migrate` is false.
 *
 * @publicApi
 */
export const projectionMigrations: (new () => MigrationInterface)[] = [
  CreateEvents1790000000000,
  CreateCheckpoints1790000000001,
  CreateControl1790000000002,
  AddSegments1790000000003,
  CreateHeadTimes1790000000010,
  AddInlineMarks1790000000040,
  AddSegmentBy1790000000050,
  AddProgress1790000000060,
  AddBeginnings1790000000080,
  AddWitness1790000000090,
  AddLeftOut1790000000110,
  AddWitnessThrough1790000000120,
  AddSources1790000000130,
];
