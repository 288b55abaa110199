// What all databases of a page have in common: the channel to the worker, the pool that delivers
// events, and who waits for which control message.
import type { Alertness } from '../channel/alertness';
import { ChannelClient, type ChannelPort, type ControlHandler } from '../channel/client';
import type { DatabaseInfo, PageMessage, WorkerMessage } from '../channel/messages';
import { toDOMException, type ErrorData } from '../channel/status';
import { Connection } from './connection';
import { Closed, VersionChange } from './connection-events';
import { DeliveryPool, type Delivery } from './events/delivery-pool';
import { OpenConnections } from './open-connections';
import { Blocked, Deleted, Opened, OpenFailed, OpenRequest, UpgradeNeeded } from './open-request';
import { RecordCache } from './record-cache';
import { ScopeClaims } from './scope-claims';

interface Greeting {
  readonly resolve: () => void;
  readonly reject: (error: ErrorData) => void;
}

interface ListWaiter {
  readonly resolve: (list: readonly DatabaseInfo[]) => void;
  readonly reject: (error: DOMException) => void;
}

export class Session implements ControlHandler {
  readonly pool: DeliveryPool;
  readonly claims = new ScopeClaims();
  readonly cache = new RecordCache();
  #client: ChannelClient | undefined;
  #isReady = false;
  // What was asked before the worker was ready.
  #waiting: PageMessage[] = [];
  // Why there is no worker; what is asked then fails at once.
  #failure: ErrorData | undefined;
  #greeting: Greeting | undefined;
  #lastRequest = 0;
  readonly #opening = new Map<number, OpenRequest>();
  readonly #listing = new Map<number, ListWaiter>();
  readonly connections = new OpenConnections();

  constructor() {
    this.pool = new DeliveryPool({
      begin: () => {
        if (this.#client !== undefined) this.#client.isHeld = true;
      },
      end: () => {
        if (this.#client === undefined) return;
        this.#client.isHeld = false;
        this.#client.flush();
      },
    });
  }

  /** The channel, once connect() was called. */
  get client(): ChannelClient | undefined {
    return this.#client;
  }

  /**
   * Talks to a worker from now on, the first time or after the one before has died.
   * @param alertness as ChannelClient takes it
   * @returns resolves when databases can be opened; rejects with ErrorData when they can't, and
   *   everything that was asked or will be asked fails, until the next call
   */
  connect(
    port: ChannelPort,
    hello: Extract<PageMessage, { t: 'hello' }>,
    alertness?: Alertness,
  ): Promise<void> {
    this.#failure = undefined;
    this.#isReady = false;
    const client = new ChannelClient(port, this, alertness);
    this.pool.attach(port, (message) => {
      const areReplies = client.receive((message as MessageEvent).data);
      client.flush();
      return areReplies;
    });
    port.start?.();
    this.#client = client;
    client.send(hello);
    return new Promise((resolve, reject) => (this.#greeting = { resolve, reject }));
  }

  deliver(delivery: Delivery): void {
    this.pool.deliver(delivery);
  }

  open(name: string, version: number | undefined): OpenRequest {
    const { request, id } = this.#newRequest(name);
    this.#send({ t: 'open', request: id, name, ...(version === undefined ? {} : { version }) });
    return request;
  }

  delete(name: string): OpenRequest {
    const { request, id } = this.#newRequest(name);
    this.#send({ t: 'delete', request: id, name });
    return request;
  }

  databases(): Promise<readonly DatabaseInfo[]> {
    return new Promise((resolve, reject) => {
      const request = ++this.#lastRequest;
      this.#listing.set(request, { resolve, reject });
      this.#send({ t: 'databases', request });
    });
  }

  /**
   * The page is left, or needs no database any more: the worker ends what runs and closes all files.
   * @param checkpoints as in the message
   */
  shutDown(checkpoints: boolean): void {
    // When the page comes back, others may have had the databases.
    this.cache.leave();
    this.#client?.send({ t: 'shutdown', checkpoints });
  }

  onMessage(message: WorkerMessage): void {
    switch (message.t) {
      case 'ready':
        return this.#ready();
      case 'unavailable':
        return this.onDead(message.error);
      case 'opened':
        return this.#opened(message);
      case 'upgrade':
        return this.#upgrade(message);
      case 'blocked': {
        const request = this.#opening.get(message.request);
        if (request === undefined) return;
        return this.deliver(new Blocked(request, message.oldVersion, message.newVersion));
      }
      case 'versionchange': {
        const connection = this.connections.get(message.connection);
        // One that is gone is being closed.
        if (connection !== undefined) this.deliver(new VersionChange(connection, message));
        return;
      }
      case 'deleted': {
        const request = this.#takeRequest(message.request);
        if (request !== undefined) this.deliver(new Deleted(request, message.oldVersion));
        return;
      }
      case 'databases':
        this.#listing.get(message.request)?.resolve(message.list);
        this.#listing.delete(message.request);
        return;
      case 'failed':
        return this.#failed(message.request, message.error);
      case 'closed': {
        const connection = this.connections.get(message.connection);
        this.connections.delete(message.connection);
        // Nobody may ask for what is known of it any more.
        this.cache.clear();
        if (message.error !== null && connection !== undefined) this.#lose(connection);
        return;
      }
    }
  }

  /** There is no worker any more: everything fails, and connections are lost. */
  onDead(error: ErrorData): void {
    this.#failure = error;
    this.#isReady = false;
    this.#waiting = [];
    this.cache.clear();
    this.#greeting?.reject(error);
    this.#greeting = undefined;
    for (const connection of this.connections.takeAll()) this.#lose(connection);
    for (const id of [...this.#opening.keys(), ...this.#listing.keys()]) this.#failed(id, error);
  }

  #ready(): void {
    this.#isReady = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.#client?.send(message);
    this.#greeting?.resolve();
    this.#greeting = undefined;
  }

  #newRequest(name: string): { readonly id: number; readonly request: OpenRequest } {
    const id = ++this.#lastRequest;
    const request = new OpenRequest(name);
    this.#opening.set(id, request);
    return { id, request };
  }

  #takeRequest(id: number): OpenRequest | undefined {
    const request = this.#opening.get(id);
    this.#opening.delete(id);
    return request;
  }

  #send(message: PageMessage & { readonly request: number }): void {
    if (this.#failure !== undefined) this.#failed(message.request, this.#failure);
    else if (this.#isReady) this.#client?.send(message);
    else this.#waiting.push(message);
  }

  #failed(id: number, data: ErrorData): void {
    const error = toDOMException(data);
    const request = this.#takeRequest(id);
    if (request !== undefined) {
      if (request.connection !== null) this.connections.delete(request.connection.id);
      this.deliver(new OpenFailed(request, error));
    }
    this.#listing.get(id)?.reject(error);
    this.#listing.delete(id);
  }

  #upgrade(message: Extract<WorkerMessage, { t: 'upgrade' }>): void {
    const request = this.#opening.get(message.request);
    if (request === undefined) return;
    const { connection: id, oldVersion, newVersion, schema } = message;
    const connection = this.#newConnection(id, request.name, newVersion, schema);
    request.connection = connection;
    const transaction = connection.beginUpgrade(request, oldVersion);
    this.deliver(new UpgradeNeeded(request, transaction, oldVersion));
  }

  #opened(message: Extract<WorkerMessage, { t: 'opened' }>): void {
    const request = this.#takeRequest(message.request);
    if (request === undefined) return;
    const { connection: id, version, schema } = message;
    const connection =
      request.connection ?? this.#newConnection(id, request.name, version, schema);
    this.deliver(new Opened(request, connection));
  }

  #newConnection(id: number, name: string, version: number, schema: string): Connection {
    const client = this.#client as ChannelClient;
    // It may have been open elsewhere since, or is being upgraded.
    this.cache.clear();
    const connection = new Connection(this, client, id, name, version, schema);
    this.connections.add(connection);
    return connection;
  }

  #lose(connection: Connection): void {
    connection.closeByForce();
    this.deliver(new Closed(connection));
  }
}
