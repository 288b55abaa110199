// The static server of the demo and of the browser tests. It sends files and no special headers:
// what runs from it runs from any web server.
import http from 'node:http';
import { at } from './command.mjs';

/**
 * Serves folders on localhost.
 * @param {Record<string, string>} folders path prefix → folder below the top folder; '/' is what
 *   no other prefix matches
 * @param {number} [port] 0 takes any free one; when the one given is taken, any free one is too
 * @param {Record<string, string>} [headers] sent with every file
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` without a slash at its end
 */
export async function serve(folders, port = 0, headers = {}) {
  const { default: sirv } = await import('sirv');
  const routes = Object.entries(folders)
    .sort(([a], [b]) => b.length - a.length)
    .map(([prefix, folder]) => ({
      prefix: prefix.replace(/\/$/, ''),
      send: sirv(at(folder), { dev: true }),
    }));
  const server = http.createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const url = request.url ?? '/';
    const route = routes.find(({ prefix }) => url.startsWith(`${prefix}/`));
    const missing = () => {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end(`There is no ${url}\n`);
    };
    if (route === undefined) return missing();
    request.url = url.slice(route.prefix.length);
    route.send(request, response, missing);
  });
  await listen(server, port).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return listen(server, 0);
  });
  return {
    url: `http://localhost:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
