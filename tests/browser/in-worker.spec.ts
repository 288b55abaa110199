// FlowDB in an application's own dedicated worker, on whose thread it keeps its databases: no worker
// of the worker, nothing on the worker's own port, and the application goes on beside it.
import fs from 'node:fs';
import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import { expect, test } from './fixtures';
import { frontServer } from './front-server';

type Kind = 'module' | 'classic';

interface Application {
  call(step: string, ...args: unknown[]): Promise<unknown>;
  reports(listen: (report: number) => void): void;
  terminate(): void;
}

const policy = "script-src 'self' 'wasm-unsafe-eval'";

/** Starts a worker of the application; the page's one before it is left alone. */
async function start(page: Page, kind: Kind = 'module', url?: string): Promise<void> {
  await page.evaluate(
    async ({ path, url, kind }) => {
      const { Application } = await import(path);
      Object.assign(globalThis, { application: new Application(url, kind) });
    },
    {
      path: '/programs/in-worker/application.js',
      url: url ?? `/programs/in-worker/${kind}-worker.js`,
      kind,
    },
  );
}

function call(page: Page, step: string, ...args: unknown[]): Promise<unknown> {
  return page.evaluate(
    ([step, args]) => {
      const { application } = globalThis as unknown as { application: Application };
      return application.call(step, ...args);
    },
    [step, args] as const,
  );
}

function terminate(page: Page): Promise<void> {
  return page.evaluate(() => {
    (globalThis as unknown as { application: Application }).application.terminate();
  });
}

for (const kind of ['module', 'classic'] as const) {
  test(`a ${kind} worker keeps databases on its own thread`, async ({ page }) => {
    await start(page, kind);
    await call(page, 'put', 'own', 'k', 'kept');
    expect(await call(page, 'get', 'own', 'k')).toBe('kept');
    const counts = { workers: 0, foreignMessages: 0, instances: 1 };
    expect(await call(page, 'counts')).toEqual(counts);
  });
}

test('a second worker finds what the first has closed', async ({ page }) => {
  await start(page);
  await call(page, 'put', 'passed on', 'k', 'kept');
  await call(page, 'close');
  await start(page);
  expect(await call(page, 'get', 'passed on', 'k')).toBe('kept');
  // The first is alive, and may begin anew.
  await call(page, 'close');
});

test('it may be closed and opened again on the same thread', async ({ page }) => {
  await start(page);
  for (const note of ['one', 'two']) {
    await call(page, 'put', 'again', 'k', note);
    await call(page, 'close');
    expect(await call(page, 'get', 'again', 'k')).toBe(note);
    await call(page, 'close');
  }
  expect(await call(page, 'inMemory')).toEqual([0, 'one', 0, 'two']);
  expect(await call(page, 'counts')).toMatchObject({ workers: 0 });
});

test('closed while a database is being opened, it keeps nothing', async ({ page }) => {
  await start(page);
  expect(await call(page, 'closeWhileOpening', 'left')).toBe('UnknownError');
  await call(page, 'put', 'left', 'k', 'kept');
  expect(await call(page, 'get', 'left', 'k')).toBe('kept');
});

test('the marker of the origin is in the browser’s own IndexedDB', async ({ page }) => {
  await start(page);
  expect(await call(page, 'auto')).toEqual({ own: ['by auto'], native: ['flowdb-marker'] });
});

test('it runs under a policy without unsafe-eval', async ({ sharedProfile, origin }) => {
  const server = await frontServer(origin, { 'content-security-policy': policy }, {});
  const page = await sharedProfile.open(`${server.url}/`);
  for (const kind of ['module', 'classic'] as const) {
    await start(page, kind);
    await call(page, 'put', kind, 'k', 'kept');
    expect(await call(page, 'get', kind, 'k')).toBe('kept');
  }
  await page.close();
  await server.close();
});

// Into a single file, which has nothing beside it but the module.
async function bundled(format: 'esm' | 'iife', program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format,
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return outputFiles[0]?.text ?? '';
}

const program = `
  const opening = indexedDB.open('bundled', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('s').put('value', 'key');
  opening.onerror = () => postMessage(opening.error.message);
  opening.onsuccess = () => {
    const get = opening.result.transaction('s').objectStore('s').get('key');
    get.onsuccess = () => postMessage([get.result, opening instanceof IDBRequest]);
  };`;
const bundles = [
  ['module', 'esm', `import './dist/auto.js'; ${program}`],
  [
    'classic',
    'iife',
    `import { FlowDB } from './dist/index.js';
    FlowDB.open({ wasmUrl: '/flowdb.wasm' }).then(({ indexedDB, interfaces: { IDBRequest } }) => {
      ${program}
    });`,
  ],
] as const;

for (const [kind, format, text] of bundles) {
  test(`bundled to one file, as a ${kind} worker`, async ({ sharedProfile, origin }) => {
    const server = await frontServer(origin, {}, {
      '/bundle.js': await bundled(format, text),
      '/flowdb.wasm': fs.readFileSync('dist/flowdb.wasm'),
    });
    const page = await sharedProfile.open(`${server.url}/`);
    const told = await page.evaluate(async (kind) => {
      const worker = new Worker('/bundle.js', { type: kind });
      return new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve(message);
      });
    }, kind);
    expect(told).toEqual(['value', true]);
    await page.close();
    await server.close();
  });
}

test('when the module traps, all is told so, and the next open recovers', async ({ page }) => {
  await start(page);
  const { log, instances } = (await call(page, 'trap')) as Record<string, unknown>;
  expect(log).toEqual(['complete', 'abort AbortError', 'close,close', 'kept', undefined]);
  expect(instances).toBe(1);
  expect(await call(page, 'get', 'trapped', 'k')).toBe('kept');
});

test('the application has its turn while the databases have much to do', async ({ page }) => {
  await start(page);
  const told = await page.evaluate(async () => {
    const { application } = globalThis as unknown as { application: Application };
    const work = application.call('work');
    for (let i = 0; i < 100; i += 1) await application.call('echo');
    await application.call('enough');
    return work;
  });
  expect(told).toBe('enough');
});

for (const durability of ['relaxed', 'strict'] as const) {
  test(`transactions outlive a terminated worker, ${durability}`, async ({ page }) => {
    await start(page);
    const told = await page.evaluate(async (durability) => {
      const { application } = globalThis as unknown as { application: Application };
      const told: number[] = [];
      await new Promise<void>((enough) => {
        application.reports((n) => {
          told.push(n);
          if (told.length === 60) enough();
        });
        void application.call('stream', durability);
      });
      application.terminate();
      return told;
    }, durability);
    await start(page);
    const { count, problems } = (await call(page, 'check')) as Record<string, unknown>;
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(Math.max(...told));
    await terminate(page);
  });
}

// Neither can open files synchronously, and no browser lets a service worker start the worker that
// could, nor Chromium a shared one. (Firefox's shared workers do; of workers of workers a driven
// Firefox starts one in a hundred never, so that isn't tried.)
test('shared and service workers say why they have no databases', async ({ page, browserName }) => {
  const shared = (path: string) => {
    const { port } = new SharedWorker(path, { type: 'module' });
    return new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)));
  };
  const service = async (path: string) => {
    const answered = new Promise((resolve) => {
      navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
    });
    const { installing } = await navigator.serviceWorker.register(path, { type: 'module' });
    installing?.postMessage('tell');
    return answered;
  };
  for (const tell of browserName === 'chromium' ? [shared, service] : [service]) {
    const told = await page.evaluate(tell, '/programs/in-worker/other-scope.js');
    expect(told, tell.name).toMatchObject({ isTyped: true, reason: 'unsupported' });
  }
});
