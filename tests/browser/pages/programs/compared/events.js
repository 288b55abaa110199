// Events: their order, their way from the request over the transaction to the connection, and what
// runs between them.
import { ended, result, thrown } from './steps.js';

const phases = ['none', 'capture', 'target', 'bubble'];

function filled({ open }) {
  return open(1, (db) => {
    db.createObjectStore('s').put('there', 1);
    db.createObjectStore('t');
  });
}

function listen(log, label, target, types) {
  for (const type of types) {
    for (const capture of [true, false]) {
      target.addEventListener(type, (event) => {
        log(label, type, capture ? 'capturing' : 'bubbling', phases[event.eventPhase],
          event.currentTarget === target);
        if (type === 'error') event.preventDefault();
      }, { capture });
    }
    target[`on${type}`] = () => log(label, `on${type}`);
  }
}

export async function theWayOfAnEvent(world) {
  const { log } = world;
  const db = await filled(world);
  listen(log, 'connection', db, ['success', 'error', 'abort', 'complete']);
  const tx = db.transaction('s', 'readwrite');
  listen(log, 'transaction', tx, ['success', 'error', 'abort', 'complete']);
  const good = tx.objectStore('s').get(1);
  listen(log, 'good', good, ['success', 'error']);
  const bad = tx.objectStore('s').add(2, 1);
  listen(log, 'bad', bad, ['success', 'error']);
  await ended(tx);
  const aborted = db.transaction('s', 'readwrite');
  listen(log, 'transaction', aborted, ['error', 'abort', 'complete']);
  listen(log, 'pending', aborted.objectStore('s').get(1), ['success', 'error']);
  aborted.abort();
  await ended(aborted);
  db.close();
}

export async function whatEventsSay(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const say = (event) => {
    log(event.type, event.constructor.name, event.bubbles, event.cancelable, event.composed,
      event.defaultPrevented, event.returnValue, event.cancelBubble);
    log(event.target.constructor.name, event.srcElement === event.target, typeof event.timeStamp,
      event.timeStamp > 0);
  };
  const good = tx.objectStore('s').get(1);
  good.onsuccess = (event) => {
    say(event);
    log(event.target === good, event.currentTarget === good);
  };
  const bad = tx.objectStore('s').add(1, 1);
  bad.onerror = (event) => {
    event.preventDefault();
    say(event);
  };
  tx.oncomplete = say;
  await ended(tx);
  const aborted = db.transaction('s');
  aborted.onabort = say;
  aborted.abort();
  await ended(aborted);
  db.close();
}

// What old scripts read instead of their listener's argument.
export async function theEventOfTheWindow(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s');
  const request = tx.objectStore('s').get(1);
  const button = document.createElement('button');
  button.onclick = () => log('click', window.event.type);
  const end = ended(tx);
  request.onsuccess = (event) => {
    log('handler', window.event === event, window.event.target.result);
    button.click();
    request.dispatchEvent(new Event('other'));
    log('behind the others', window.event === event);
    Promise.resolve().then(() => log('microtask', window.event === event));
  };
  request.addEventListener('success', (event) => log('listener', window.event === event));
  request.addEventListener('other', (event) => log('dispatched', window.event === event));
  tx.addEventListener('complete', (event) => log('complete', window.event === event));
  await end;
  await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(log('message', window.event === event));
    port2.postMessage(null);
  });
  request.dispatchEvent(new Event('other'));
  log('outside', typeof window.event);
  db.close();
}

export async function stopped(world) {
  const { log } = world;
  const db = await filled(world);
  for (const stop of ['stopPropagation', 'stopImmediatePropagation', 'cancelBubble']) {
    const tx = db.transaction('s', 'readwrite');
    const request = tx.objectStore('s').add(1, 1);
    request.addEventListener('error', (event) => {
      event.preventDefault();
      if (stop === 'cancelBubble') event.cancelBubble = true;
      else event[stop]();
      log(stop, 'first');
    });
    request.addEventListener('error', () => log(stop, 'second'));
    tx.addEventListener('error', () => log(stop, 'transaction'));
    tx.addEventListener('error', () => log(stop, 'transaction, capturing'), true);
    log(await ended(tx));
  }
  const tx = db.transaction('s', 'readwrite');
  tx.addEventListener('error', (event) => event.stopPropagation(), true);
  tx.objectStore('s').add(1, 1).onerror = () => log('never heard');
  log(await ended(tx));
  db.close();
}

export async function handlersAndListeners(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const request = tx.objectStore('s').get(1);
  request.addEventListener('success', () => log('first'));
  request.onsuccess = () => log('replaced');
  request.addEventListener('success', { handleEvent: (event) => log('object', event.type) });
  request.onsuccess = function handler() { log('handler', this === request); };
  request.addEventListener('success', () => log('once'), { once: true });
  const removed = () => log('removed');
  request.addEventListener('success', removed);
  request.addEventListener('success', () => request.removeEventListener('success', late));
  const late = () => log('removed on the way');
  request.addEventListener('success', late);
  request.removeEventListener('success', removed);
  request.addEventListener('success', null);
  request.onerror = {};
  request.onerror = 'text';
  log(request.onerror, typeof request.onsuccess, tx.oncomplete, db.onversionchange);
  const controller = new AbortController();
  request.addEventListener('success', () => log('aborted'), { signal: controller.signal });
  controller.abort();
  const same = () => log('same');
  request.addEventListener('success', same);
  request.addEventListener('success', same);
  log(await ended(tx));
  log(request.dispatchEvent(new Event('success')),
    request.dispatchEvent(new Event('own', { cancelable: true })));
  db.close();
}

export async function resultsInTheOrderOfRequests(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction(['s', 't'], 'readwrite');
  const [s, t] = [tx.objectStore('s'), tx.objectStore('t')];
  const note = (label, request) => {
    request.onsuccess = () => log(label, request.readyState);
    request.onerror = (event) => {
      event.preventDefault();
      log(label, 'error');
    };
    return request;
  };
  note('get', s.get(1));
  note('add', s.add(1, 1));
  note('put', t.put(1, 1)).addEventListener('success', () => note('nested', s.get(1)));
  note('count', s.count());
  note('cursor', t.openCursor());
  note('getAll', s.getAll());
  note('clear', t.clear());
  tx.addEventListener('complete', () => log('complete'));
  await ended(tx);
  db.close();
}

export async function microtasksBetweenListeners(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  for (const label of ['one', 'two', 'three']) {
    const request = store.get(1);
    for (const listener of ['first', 'second']) {
      request.addEventListener('success', () => {
        log(label, listener);
        Promise.resolve()
          .then(() => log(label, listener, 'microtask'))
          .then(() => log(label, listener, 'second microtask',
            thrown(() => store.get(1).constructor.name)));
        queueMicrotask(() => log(label, listener, 'queued'));
      });
    }
    tx.addEventListener('success', ({ target }) => {
      if (target !== request) return;
      log(label, 'at the transaction');
      queueMicrotask(() => log(label, 'microtask of the transaction'));
    });
  }
  tx.addEventListener('complete', () => {
    log('complete');
    queueMicrotask(() => log('microtask of complete'));
  });
  await ended(tx);
  await new Promise((resolve) => setTimeout(resolve));
  db.close();
}

export async function anAbortAmongResults(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  for (let i = 0; i < 6; i += 1) {
    const request = store.put(i, i);
    request.onsuccess = () => {
      log(i, 'success');
      if (i === 2) {
        tx.abort();
        log('aborted', store.transaction === tx, tx.error);
      }
    };
    request.onerror = (event) => log(i, 'error', request.error.name, event.bubbles,
      thrown(() => tx.abort()));
    if (i === 1) request.addEventListener('success',
      () => store.put('late', 'late').addEventListener('error', () => log('late error')));
  }
  tx.addEventListener('error', ({ target }) => log('at the transaction', target.error.name));
  tx.addEventListener('abort', () => log('abort', tx.error));
  db.addEventListener('abort', ({ target }) => log('at the connection', target === tx));
  await ended(tx);
  log(await result(db.transaction('s').objectStore('s').getAllKeys()));
  db.close();
}

export async function requestsWithinTheirOwnEvents(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  let depth = 0;
  const again = () => {
    depth += 1;
    if (depth > 40) return;
    const request = depth % 3 === 0 ? store.add('no', 1) : store.get(1);
    request.onsuccess = again;
    request.onerror = (event) => {
      event.preventDefault();
      again();
    };
  };
  again();
  log(await ended(tx), depth);
  db.close();
}

export async function inTheCompleteEvent(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  const request = store.put(2, 2);
  const after = new Promise((resolve) => {
    tx.oncomplete = () => {
      log(thrown(() => store.get(1)), thrown(() => tx.objectStore('s')), thrown(() => tx.abort()),
        request.result);
      db.transaction('s').objectStore('s').get(2).onsuccess = ({ target }) =>
        resolve(target.result);
    };
  });
  log(await after);
  db.close();
}

export async function completionsInOrder(world) {
  const { log } = world;
  const db = await filled(world);
  const all = [];
  for (let i = 0; i < 5; i += 1) {
    const tx = db.transaction(['s', 't'], 'readwrite');
    for (let j = 0; j < 3; j += 1) {
      tx.objectStore('t').put(i, j).onsuccess = () => log(i, j);
    }
    tx.addEventListener('complete', () => {
      log(i, 'complete');
      queueMicrotask(() => log(i, 'microtask'));
    });
    all.push(ended(tx));
  }
  await Promise.all(all);
  db.close();
}
