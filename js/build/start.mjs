// npm start: makes the machine ready, builds, and serves the demo.
//
//   npm start                    prints the demo's address and serves it until stopped
//   npm start -- --headless      runs the demo's job in Chromium and prints its result table
//   npm start -- --port=8080     the port to serve on
//   npm start -- --rounds=2      how often --headless runs the job on each implementation
import { parseArgs } from 'node:util';
import { BuildError, main } from './command.mjs';
import { build } from './build.mjs';
import { serve } from './serve.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean', default: false },
      port: { type: 'string', default: '8080' },
      rounds: { type: 'string', default: '2' },
    },
  });
  const port = wholeNumber('--port', values.port, 0, 65535);
  const rounds = wholeNumber('--rounds', values.rounds, 1, 100);
  await setup(values.headless ? ['chromium'] : []);
  await build();
  const server = await serve({ '/': 'build/demo', '/dist/': 'dist' }, port);
  if (!values.headless) {
    console.log(`\nThe demo is at ${server.url} (Ctrl+C stops it)`);
    return;
  }
  const { runHeadless } = await import('../../demo/headless.mjs');
  const held = await runHeadless(server.url, rounds).finally(() => server.close());
  process.exitCode = held ? 0 : 1;
});

function wholeNumber(name, text, least, most) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BuildError(`${name}=${text}: a whole number from ${least} to ${most} is wanted.`);
}
