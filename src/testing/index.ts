export {
  type ContractClause,
  eventSourceContract,
  type OpenAppendUnderTest,
  type SourceUnderTest,
} from './event-source.contract';
export { memorySource, MemorySource, type OpenAppend } from './memory-source';
