// A server in front of a test's own one, for pages that have to come with other headers or that are
// made by the test.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * @param origin what is passed on to
 * @param headers sent with every answer
 * @param pages path → what `origin` does not have: text of pages, or scripts and modules by name
 * @returns `url` without a slash at its end
 */
export async function frontServer(
  origin: string,
  headers: Record<string, string>,
  pages: Record<string, string | Uint8Array>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = http.createServer((request, response) => {
    const { url = '' } = request;
    const page = pages[url];
    if (page !== undefined) {
      const type = types[path.extname(url)] ?? 'text/html';
      response.writeHead(200, { 'content-type': type, ...headers });
      response.end(page);
      return;
    }
    http.get(`${origin}${url}`, (answer) => {
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...headers });
      answer.pipe(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, close };
}
