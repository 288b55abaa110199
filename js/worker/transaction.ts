// A transaction of a connection, as the worker follows it.
import type { Connection } from './connection';
import type { Claim } from './scheduler';
import type { Section } from './sections';

export class Transaction implements Claim {
  readonly connection: Connection;
  /** The page's number; 0 is the upgrade. */
  readonly id: number;
  readonly isWriter: boolean;
  readonly durability: number;
  readonly stores: readonly number[];
  /** What the page sent and was not executed yet. */
  readonly queue: Section[] = [];
  /**
   * waiting: for its scope locks. ready: has them. staged: committed by the page, not yet written.
   * ended: nothing more is executed or answered.
   */
  state: 'waiting' | 'ready' | 'staged' | 'ended' = 'waiting';
  /** The module's number for it; 0 before its first section is executed. */
  handle = 0;
  /** Whether it stands in line to be executed. */
  isQueued = false;
  /** Called once when it ends, before the page is told. */
  onEnd: ((isCommitted: boolean) => void) | undefined;

  constructor(
    connection: Connection,
    id: number,
    isWriter: boolean,
    durability: number,
    stores: readonly number[],
  ) {
    this.connection = connection;
    this.id = id;
    this.isWriter = isWriter;
    this.durability = durability;
    this.stores = stores;
  }
}
