// A server in front of a test's own one, for pages that have to come with other headers or that are
// made by the test.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * @param origin what is passed on to
 * @param headers sent with every answer
 * @param pages path → text of pages that `origin` does not have
 * @returns `url` without a slash at its end
 */
export async function frontServer(
  origin: string,
  headers: Record<string, string>,
  pages: Record<string, string>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = http.createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html', ...headers });
      response.end(page);
      return;
    }
    http.get(`${origin}${request.url}`, (answer) => {
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
