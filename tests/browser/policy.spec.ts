// FlowDB under the Content Security Policy that the README promises, and the README's first program
// as it stands.
import fs from 'node:fs';
import { expect, test } from './fixtures';
import { frontServer } from './front-server';
import { notes } from './notes';

const policy = "script-src 'self' 'wasm-unsafe-eval'";

test('runs under a policy without unsafe-eval', async ({ sharedProfile, origin }) => {
  const server = await frontServer(origin, { 'content-security-policy': policy }, {});
  const page = await sharedProfile.open(`${server.url}/`);
  const violations: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') violations.push(message.text());
  });
  // The policy is at work: without it this would be a 2.
  const evaluated = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'self.inline = 1 + 1';
    document.head.append(script);
    return (globalThis as { inline?: number }).inline;
  });
  expect(evaluated).toBeUndefined();
  violations.length = 0;

  expect((await notes(page, 'put', 'policy', 'note', 'kept')).error).toBeUndefined();
  expect((await notes(page, 'get', 'policy', 'note')).value).toBe('kept');
  expect(violations).toEqual([]);
  await page.close();
  await server.close();
});

test("the README's first program runs as written", async ({ sharedProfile, origin }) => {
  const program = /```html\n([^]*?)```/.exec(fs.readFileSync('README.md', 'utf8'))?.[1];
  expect(program).toContain("import 'flowdb-wasm/auto'");
  const map = { imports: { 'flowdb-wasm/auto': '/dist/auto.js' } };
  const text = `<!doctype html><script type="importmap">${JSON.stringify(map)}</script>${program}`;
  const server = await frontServer(origin, {}, { '/readme': text });
  const page = await sharedProfile.open(`${server.url}/`);
  const heard = page.waitForEvent('console', (message) => message.text() === 'kept');
  await page.goto(`${server.url}/readme`);
  await heard;

  const kept = await page.evaluate(async () => {
    const path = '/programs/compared/steps.js';
    const { result } = await import(path);
    const native = (await indexedDB.databases()).length;
    const db = await result(indexedDB.open('library'));
    const books = db.transaction('books').objectStore('books');
    const book = await result(books.index('by_year').get(1813));
    return { native, title: book.title };
  });
  expect(kept).toEqual({ native: 1, title: 'Pride and Prejudice' });
  await page.close();
  await server.close();
});
