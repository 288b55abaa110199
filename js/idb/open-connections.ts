// The connections of a session, by number. One that no script can reach any more is closed, so that
// it does not stand in the way of an upgrade or a deletion for ever.
// Specification: https://w3c.github.io/IndexedDB/#garbage-collection-of-database-connections
import type { ChannelClient } from '../channel/client';
import type { Connection } from './connection';

interface Collected {
  readonly client: ChannelClient;
  readonly id: number;
}

export class OpenConnections {
  readonly #all = new Map<number, WeakRef<Connection>>();
  readonly #held = new Set<Connection>();
  readonly #registry = new FinalizationRegistry<Collected>(({ client, id }) => {
    // A later worker numbers its connections anew.
    if (this.#all.get(id)?.deref() === undefined) this.#all.delete(id);
    client.send({ t: 'close', connection: id });
  });

  add(connection: Connection): void {
    const { client, id } = connection;
    this.#all.set(id, new WeakRef(connection));
    this.#registry.register(connection, { client, id }, connection);
  }

  get(id: number): Connection | undefined {
    return this.#all.get(id)?.deref();
  }

  /** Takes one out that is closed. */
  delete(id: number): void {
    const connection = this.get(id);
    this.#all.delete(id);
    if (connection === undefined) return;
    this.#held.delete(connection);
    this.#registry.unregister(connection);
  }

  /** Takes all out. */
  takeAll(): Connection[] {
    const all = [...this.#all.keys()].flatMap((id) => this.get(id) ?? []);
    for (const { id } of all) this.delete(id);
    this.#all.clear();
    return all;
  }

  /** Whether one shall stay though no script can reach it. */
  hold(connection: Connection, isHeld: boolean): void {
    if (isHeld) this.#held.add(connection);
    else this.#held.delete(connection);
  }
}
