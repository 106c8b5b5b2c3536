import type { ForeignStore } from '../foreign-store';
import { emmett } from './emmett';
import { marten } from './marten';
import { messageDb } from './message-db';

export const STORES: readonly ForeignStore[] = [emmett, marten, messageDb];
