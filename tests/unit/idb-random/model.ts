// IndexedDB as a program of one thread: transactions that overlap come one behind the other, in the
// order of their creation, and a request is answered at once.
import type { Ask } from './ask';
import { DatabaseModel } from './stores';

/** A request as it was placed. */
export interface Placed {
  readonly ask: Ask;
  readonly store: string;
  /** Whether its failure aborts nothing. */
  readonly isPrevented: boolean;
  readonly isDone: () => boolean;
  /** What was answered, and where the trace says so. */
  answer: string | undefined;
  line: number;
}

/** A change of an upgrade's schema, which is made at once. */
export interface SchemaChange {
  readonly change: (database: DatabaseModel) => void;
}

/** What was seen of a transaction. The counts are of requests that were done. */
export interface Seen {
  readonly id: number;
  readonly database: string;
  readonly mode: IDBTransactionMode;
  readonly stores: readonly string[];
  readonly steps: (Placed | SchemaChange)[];
  abortedAt?: number;
  committedAt?: number;
  threwAt?: number;
  /** When the first answer came, by the trace's lines. */
  firstLine?: number;
  endLine?: number;
  /** 'complete', or 'abort' and the error's name. */
  outcome?: string;
}

/** A database that was deleted. */
export interface Deleted {
  readonly deleted: string;
}

export interface Difference {
  readonly text: string;
  /** Where in the trace, and of which store. */
  readonly line?: number | undefined;
  readonly store?: string;
}

export class Model {
  readonly #databases = new Map<string, DatabaseModel>();

  /**
   * Does what was seen, in the order of creation.
   * @param history all that began and ended since the last call
   * @returns the first answer, outcome or order that is not as it should be
   */
  replay(history: readonly (Seen | Deleted)[]): Difference | undefined {
    const before: Seen[] = [];
    for (const seen of history) {
      if ('deleted' in seen) {
        this.#databases.delete(seen.deleted);
        continue;
      }
      const difference = this.#replay(seen) ?? orderOf(before, seen);
      if (difference !== undefined) return difference;
      before.push(seen);
    }
    return undefined;
  }

  #replay(seen: Seen): Difference | undefined {
    const before = this.#databases.get(seen.database) ?? new DatabaseModel();
    const view = before.copy();
    const { difference, abort } = replaySteps(seen, view);
    if (difference !== undefined) return difference;
    const outcome = abort ?? (seen.abortedAt === undefined ? 'complete' : 'abort');
    if (seen.outcome !== outcome) {
      const text = `transaction ${seen.id}: ${seen.outcome} instead of ${outcome}`;
      return { text, line: seen.endLine };
    }
    if (outcome === 'complete') this.#databases.set(seen.database, view);
    return undefined;
  }
}

// As https://w3c.github.io/IndexedDB/#async-execute-request, #fire-success-event and
// #fire-error-event.
function replaySteps(
  seen: Seen,
  view: DatabaseModel,
): { readonly difference?: Difference; readonly abort?: string } {
  const { abortedAt, committedAt = Infinity, threwAt } = seen;
  let abort: string | undefined;
  let done = 0;
  for (const step of seen.steps) {
    if ('change' in step) {
      if (abort === undefined) step.change(view);
      continue;
    }
    if (done === abortedAt) abort ??= 'abort';
    let expected = abort === undefined ? step.ask.expected(view.store(step.store)) : '!AbortError';
    const failure = expected.startsWith('!') ? expected.slice(1) : undefined;
    if (abort === undefined && failure !== undefined && done >= committedAt) {
      abort = `abort ${failure}`;
      expected = '!AbortError';
    }
    if (step.answer !== expected) {
      const text =
        `transaction ${seen.id}: ${step.store}: ${step.ask.text}: ` +
        `${step.answer ?? 'no answer'} instead of ${expected}`;
      return { difference: { text, line: step.line, store: step.store } };
    }
    done++;
    // What its listeners have done counts before what they have left undone.
    if (done === abortedAt || done === committedAt) continue;
    if (done === threwAt) abort ??= 'abort AbortError';
    else if (failure !== undefined && !step.isPrevented) abort ??= `abort ${failure}`;
  }
  return abort === undefined ? {} : { abort };
}

/** https://w3c.github.io/IndexedDB/#transaction-scheduling */
function orderOf(before: readonly Seen[], seen: Seen): Difference | undefined {
  for (const earlier of before) {
    if (!overlaps(earlier, seen)) continue;
    const end = earlier.endLine ?? Infinity;
    const isCompleteFirst = seen.outcome === 'complete' && (seen.endLine ?? Infinity) < end;
    if (isCompleteFirst || (seen.firstLine ?? Infinity) < end) {
      const text = `transaction ${seen.id} did not wait for transaction ${earlier.id}`;
      return { text, line: end };
    }
  }
  return undefined;
}

function overlaps(one: Seen, other: Seen): boolean {
  if (one.database !== other.database) return false;
  if (one.mode === 'readonly' && other.mode === 'readonly') return false;
  if (one.mode === 'versionchange' || other.mode === 'versionchange') return true;
  return one.stores.some((name) => other.stores.includes(name));
}
