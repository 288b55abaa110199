// A DOMException that also says, as one word, why the database can't be used.
import type { ErrorReason } from './status';

export class FlowDBError extends DOMException {
  /**
   * in-use: another tab or worker has the database. no-opfs: this browser or context has no
   * Origin Private File System, or refuses it. corruption: stored bytes are damaged. quota: no room
   * is left. unsupported: the browser can't run this, or a newer version wrote the data. worker:
   * the worker can't be started, or has failed.
   */
  readonly reason: ErrorReason;

  constructor(reason: ErrorReason, message: string, name = 'InvalidStateError') {
    super(message, name);
    this.reason = reason;
  }
}
