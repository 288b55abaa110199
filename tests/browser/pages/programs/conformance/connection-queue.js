// Connection queues: the open and delete requests of one name, one at a time and in order.
// https://w3c.github.io/IndexedDB/#connection-queues
import { checkError, equal } from './assertions.js';
import { next, record, result } from './moments.js';

export const cases = {
  async 'requests of a name are answered in order'({ name }) {
    const log = [];
    const last = [];
    for (const [i, version] of [1, undefined, 2].entries()) {
      const request = indexedDB.open(name, version);
      record(log, `${i}`, request, 'upgradeneeded', 'success');
      request.addEventListener('success', () => {
        const db = request.result;
        db.onversionchange = () => db.close();
      });
      last.push(result(request));
    }
    const dbs = await Promise.all(last);
    equal(log, ['0 upgradeneeded', '0 success', '1 success', '2 upgradeneeded', '2 success']);
    for (const db of dbs) db.close();
  },

  async 'a deletion stands between two opens'({ name }) {
    const log = [];
    const first = indexedDB.open(name, 3);
    first.addEventListener('success', () => first.result.close());
    const deletion = indexedDB.deleteDatabase(name);
    const second = indexedDB.open(name, 1);
    record(log, 'first', first, 'upgradeneeded', 'success', 'blocked');
    deletion.addEventListener('success', ({ oldVersion }) => log.push(`deleted ${oldVersion}`));
    record(log, 'second', second, 'upgradeneeded', 'success', 'error');
    (await result(second)).close();
    equal(log, ['first upgradeneeded', 'first success', 'deleted 3', 'second upgradeneeded',
      'second success']);
  },

  async 'a request that fails lets the next one go on'({ name, open }) {
    await open(2);
    const log = [];
    const low = indexedDB.open(name, 1);
    const good = indexedDB.open(name, 2);
    low.addEventListener('error', (event) => event.preventDefault());
    record(log, 'low', low, 'success', 'error');
    record(log, 'good', good, 'success', 'error');
    (await result(good)).close();
    equal(log, ['low error', 'good success']);
    checkError(low.error, 'VersionError');
  },

  async 'an aborted upgrade lets the next one begin anew'({ name }) {
    const first = indexedDB.open(name, 1);
    const second = indexedDB.open(name, 1);
    first.onupgradeneeded = () => first.transaction.abort();
    first.onerror = (event) => event.preventDefault();
    const event = await next(second, 'upgradeneeded');
    equal([first.readyState, event.oldVersion], ['done', 0]);
    (await result(second)).close();
  },

  async 'other names do not wait'({ name, open }) {
    const db = await open(1);
    const blocked = indexedDB.open(name, 2);
    await next(blocked, 'blocked');
    const other = await result(indexedDB.open(`${name} other`, 1));
    equal(blocked.readyState, 'pending');
    other.close();
    db.close();
    (await result(blocked)).close();
  },

  async 'an open behind a blocked upgrade waits for it'({ name, open }) {
    const db = await open(1);
    const log = [];
    const upgrade = indexedDB.open(name, 2);
    const behind = indexedDB.open(name);
    record(log, 'upgrade', upgrade, 'blocked', 'upgradeneeded', 'success');
    record(log, 'behind', behind, 'success');
    await next(upgrade, 'blocked');
    db.close();
    const later = await result(behind);
    equal(log, ['upgrade blocked', 'upgrade upgradeneeded', 'upgrade success', 'behind success']);
    equal(later.version, 2);
    later.close();
    upgrade.result.close();
  },

  async 'several deletions in a row each succeed'({ name, open }) {
    (await open(6)).close();
    const olds = [];
    const requests = [0, 1, 2].map(() => indexedDB.deleteDatabase(name));
    for (const request of requests) {
      request.addEventListener('success', ({ oldVersion }) => olds.push(oldVersion));
    }
    await Promise.all(requests.map(result));
    equal(olds, [6, 0, 0]);
  },
};
