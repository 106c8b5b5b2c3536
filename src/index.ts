export { type ForFeatureOptions, ProjectionModule } from './module/projection.module';
export { DuplicateForRootError, MissingForRootError } from './module/module-wiring.errors';
export { projectionEntities } from './module/projection-entities';
export type { ProjectionModuleOptions } from './module/projection-module.options';
export type { ProjectionModuleExtras } from './module/projection.module-definition';
export { InvalidModuleOptionsError } from './module/invalid-module-options.error';
export { UnknownDataSourceError } from './module/unknown-data-source.error';

export { Projection } from './authoring/projection.decorator';
export { On, OnAny } from './authoring/on.decorator';
export type { HandlerOptions } from './authoring/handler-metadata';
export type { ProjectionContext, RowContext } from './authoring/projection-context';
export type {
  Backoff,
  OnError,
  ProjectionOptions,
  ProjectionType,
  RetryPolicy,
  RowKeyOf,
} from './authoring/projection-options';
export {
  BareDecoratorError,
  DuplicateHandlerError,
  DuplicateProjectionError,
  InheritedEventTypeError,
  InvalidProjectionOptionsError,
  MissingProjectionDecoratorError,
  MixedHandlersError,
  NoHandlersError,
  RequestScopedProjectionError,
  RowKeyMissingError,
  UncalledHandlerError,
  UndefinedEventError,
  UnnamedEventError,
} from './authoring/authoring.errors';

export { AppendCanceledError } from './events/append-canceled.error';
export { AppendTooEarlyError } from './events/append-too-early.error';
export type { EventClass } from './events/event-class';
export { EventIdReusedError } from './events/event-id-reused.error';
export type { EventMap } from './events/event-map';
export type { EventMetadata } from './events/event-metadata';
export {
  type Backlog,
  type BacklogRequest,
  type BroughtPage,
  type EventPage,
  EventSource,
  type FewEvents,
  type Head,
  type PageRequest,
} from './events/event-source';
export {
  type AppendOptions,
  type AppendParticipant,
  type AppendResult,
  EventStore,
  type ExpectedVersion,
  type ReadAllOptions,
  type ReadStreamOptions,
} from './events/event-store';
export { EventTooDeepError } from './events/event-too-deep.error';
export { EventsNotStoredError } from './events/events-not-stored.error';
export { ForeignManagerError } from './events/foreign-manager.error';
export { InvalidArgumentError } from './events/invalid-argument.error';
export { InvalidEventError } from './events/invalid-event.error';
export { ManagerWithoutTransactionError } from './events/manager-without-transaction.error';
export type { NewEvent } from './events/new-event';
export { ProjectionError } from './events/projection.error';
export { ReadOnlyStoreError } from './events/read-only-store.error';
export type { RecordedEvent } from './events/recorded-event';
export type { Serialized } from './events/serialized';
export { StaleSnapshotError } from './events/stale-snapshot.error';
export { UnreadableEventError } from './events/unreadable-event.error';
export {
  MissingIdentityError,
  RowSecurityError,
  SequenceBehindError,
  SequenceNotReadableError,
  ServerInRecoveryError,
  StoreChangedError,
  StoreNotReadableError,
} from './events/store-state.errors';
export type { Witness } from './events/witness';
export { WrongExpectedVersionError } from './events/wrong-expected-version.error';

export type { CommittedBatch } from './engine/applying/committed-batch';
export type { RetryOutcome } from './engine/letters/dead-letter-queue';
export {
  HandlerTimeoutError,
  TransactionEndedError,
  UnawaitedHandlerError,
} from './engine/failures/handler-conduct.errors';
export { HandlerFailedError } from './engine/failures/handler-failed.error';
export {
  CommandFailedError,
  NoOwnerError,
  ProjectionNotRegisteredError,
  UnknownProjectionError,
  UnsupportedOperationError,
  WaitTimeoutError,
} from './engine/failures/operation.errors';
export {
  ProjectionStoppedError,
  TooManyDeadLettersError,
  UnexpectedFailureError,
} from './engine/failures/standstill.errors';
export {
  BeginningBeyondStoreError,
  BeginningUnsettledError,
  CheckpointBeyondStoreError,
  CheckpointOfAnotherStoreError,
} from './engine/failures/store.errors';
export { UnknownReadModelError } from './engine/failures/unknown-read-model.error';
export { InlineBusyError } from './engine/inline/inline-busy.error';
export { InlineMarkMissingError } from './engine/inline/inline-mark-missing.error';
export { InlineOutdatedError } from './engine/inline/inline-outdated.error';
export type {
  ProjectionFailure,
  ProjectionState,
  ProjectionStatus,
} from './engine/control/projection-status';
export { ProjectionSourceChangedError } from './engine/coordination/projection-source-changed.error';
export { ProjectionTypeChangedError } from './engine/coordination/projection-type-changed.error';
export {
  SegmentByChangedError,
  SegmentLockedError,
  SegmentsApartError,
} from './engine/coordination/segment-by.errors';
export { SourceNotReadableError, UnknownSourceError } from './engine/reading/source.errors';
export { Projections, type RunOptions, type WaitOptions } from './engine/control/projections';
export {
  CommandStalledError,
  EventSetAsideError,
  ProjectionPausedError,
  ProjectionsNotRunningError,
  StatusUnavailableError,
  WaitsForItselfError,
} from './engine/waits/waiting.errors';

export {
  type ProjectionHealthDetail,
  ProjectionHealthIndicator,
  type ProjectionHealthThresholds,
} from './health/projection-health.indicator';

export { ProjectionExceptionFilter } from './http/projection-exception.filter';

export { EventEntity } from './postgres/event.entity';
export { MissingConstraintError } from './postgres/missing-constraint.error';
export { UnsafeSequenceError } from './postgres/unsafe-sequence.error';

export {
  DanglingRowError,
  ForeignWriteError,
  InvalidRowError,
  InvalidRowKeyError,
  RowKeyMismatchError,
  UnknownRowEntityError,
  UnsetColumnError,
  UnsupportedRowEntityError,
} from './read-models/row.errors';

export { emmettEvents } from './sources/foreign-table/emmett-events';
export type { ForeignColumn, ForeignColumns } from './sources/foreign-table/foreign-columns';
export { martenEvents, type MartenOptions } from './sources/foreign-table/marten-events';
export { messageDbMessages } from './sources/foreign-table/message-db-messages';
export {
  type ForeignPlace,
  postgresTable,
  type PostgresTableOptions,
} from './sources/foreign-table/postgres-table';
export { UnboundSourceError } from './sources/foreign-table/unbound-source.error';
export { UnsuitableTableError } from './sources/foreign-table/unsuitable-table.error';

export { ProjectionCheckpoint } from './state/checkpoint.entity';
export type { AuditNote } from './state/audit.store';
export type { DeadLetter, DeadLetterFilter } from './state/dead-letter';
export { ForeignTableError } from './state/foreign-table.error';
export { projectionMigrations } from './state/migrations';
export { projectionMigrationsFor } from './state/migrations/migrations-for';
export { MissingPrivilegesError } from './state/missing-privileges.error';
export { MissingTablesError } from './state/missing-tables.error';
export { OutdatedTablesError } from './state/outdated-tables.error';
export { StaleSessionError } from './state/stale-session.error';
export { TableNotEmptyError } from './state/table-not-empty.error';
export type { MigrationPlacement, TableNames, TablePlacement } from './state/table-placement';
