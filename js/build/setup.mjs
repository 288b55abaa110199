// Makes the machine ready: installs what is missing with apt (as root or through sudo) and npm,
// and does nothing, at once, when all is there. It runs on a fresh clone, before node_modules
// exists, so it imports only what Node itself brings.
//
//   node js/build/setup.mjs [--native] [--fuzz] [--browsers]
import fs from 'node:fs';
import { chromiumOptions, firefoxOptions } from './browsers.mjs';
import { BuildError, at, exitCode, isMain, main, onPath, outputOf, readJson } from './command.mjs';

const inInclude = (header) =>
  ['/usr/include', '/usr/local/include'].some((folder) => fs.existsSync(`${folder}/${header}`));

const oldestNode = 20;
const oldestCmake = [3, 25];
// Playwright asks for WebDriver BiDi commands that the release before, 140, does not have.
const oldestFirefox = 153;

function hasChromium() {
  return fs.existsSync(chromiumOptions.executablePath);
}

function hasFirefox() {
  const about = '/usr/lib/firefox-esr/application.ini';
  if (!fs.existsSync(firefoxOptions.executablePath) || !fs.existsSync(about)) return false;
  const version = /^Version=(\d+)/m.exec(fs.readFileSync(about, 'utf8'))?.[1];
  return Number(version) >= oldestFirefox;
}

// Debian's clang has its libraries in lib/linux, whatever it says of its own folder.
function hasFuzzer() {
  const folder = outputOf('clang++', ['-print-runtime-dir']);
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return fs.existsSync(`${folder}/../linux/libclang_rt.fuzzer-${machine}.a`);
}

// What is needed, the Debian package that brings it, how to see that it is there, and for what.
const tools = [
  { for: 'build', package: 'emscripten', there: () => onPath('emcc') && onPath('em-config') },
  { for: 'build', package: 'cmake', there: () => onPath('cmake') },
  { for: 'build', package: 'ninja-build', there: () => onPath('ninja') },
  { for: 'native', package: 'g++', there: () => onPath('g++') },
  { for: 'native', package: 'libgtest-dev', there: () => inInclude('gtest/gtest.h') },
  { for: 'native', package: 'liblz4-dev', there: () => inInclude('lz4.h') },
  { for: 'native', package: 'libzstd-dev', there: () => inInclude('zstd.h') },
  { for: 'fuzz', package: 'clang', there: () => onPath('clang++') },
  { for: 'fuzz', package: 'libclang-rt-dev', there: hasFuzzer },
  { for: 'chromium', package: 'chromium', there: hasChromium },
  { for: 'firefox', package: 'firefox-esr', there: hasFirefox },
];

/**
 * Installs what is missing for the parts named, and the npm packages.
 * @param {Array<'native' | 'fuzz' | 'chromium' | 'firefox'>} parts what is wanted beside the
 *   build itself
 * @returns {Promise<void>} rejects with BuildError, which names the command to run by hand, when
 *   something can't be installed
 */
export async function setup(parts = []) {
  const node = Number(process.versions.node.split('.')[0]);
  if (node < oldestNode) {
    throw new BuildError(`Node ${oldestNode} or newer is needed, this is ${process.version}.`);
  }
  const missing = tools
    .filter((tool) => tool.for === 'build' || parts.includes(tool.for))
    .filter((tool) => !tool.there());
  if (missing.length > 0) await installDebianPackages(missing.map((tool) => tool.package));
  checkCmake();
  if (!nodeModulesMatch()) await installNodeModules();
}

async function installDebianPackages(packages) {
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? [] : ['sudo', ...(process.stdin.isTTY ? [] : ['-n'])];
  const sudo = isRoot ? '' : 'sudo ';
  const byHand = `${sudo}apt-get update && ${sudo}${install.join(' ')}`;
  const cannot = (why) =>
    new BuildError(`Missing: ${packages.join(', ')}. ${why}\nInstall them with:\n\n  ${byHand}\n`);
  if (!onPath('apt-get')) throw cannot('There is no apt-get here; these are the names in Debian.');
  if (!isRoot && !onPath('sudo')) throw cannot('Installing needs root, and there is no sudo.');

  console.log(`Installing ${packages.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (args) => {
    const [program, ...rest] = [...prefix, ...args];
    return exitCode(program, rest, { env, quiet: true });
  };
  // A stale or half-reachable list may still do for the packages wanted: only the install decides.
  await apt(['apt-get', 'update']);
  if ((await apt(install)) !== 0) throw cannot('apt-get could not install them.');
  const still = tools
    .filter((tool) => packages.includes(tool.package) && !tool.there())
    .map((tool) => tool.package);
  if (still.length > 0) throw cannot(`Installed, but missing or too old: ${still.join(', ')}.`);
}

function checkCmake() {
  const found = /(\d+)\.(\d+)/.exec(outputOf('cmake', ['--version']));
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (major > oldestCmake[0] || (major === oldestCmake[0] && minor >= oldestCmake[1])) return;
  throw new BuildError(
    `CMake ${oldestCmake.join('.')} or newer is needed, ${onPath('cmake')} is ${found?.[0]}.`,
  );
}

// npm keeps a copy of the lock file of what it installed inside node_modules. Optional packages
// are those of other platforms.
function nodeModulesMatch() {
  const wanted = readJson(at('package-lock.json'))?.packages;
  const installed = readJson(at('node_modules', '.package-lock.json'))?.packages;
  if (!wanted) {
    throw new BuildError('package-lock.json is missing or broken: git checkout package-lock.json');
  }
  if (!installed) return false;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
  );
}

async function installNodeModules() {
  if (!onPath('npm')) {
    throw new BuildError('npm is missing. Install it with:\n\n  apt-get install npm\n');
  }
  console.log('Installing npm packages');
  if ((await exitCode('npm', ['ci'], { quiet: true })) !== 0) {
    throw new BuildError('The npm packages could not be installed. Run by hand:\n\n  npm ci\n');
  }
}

if (isMain(import.meta.url)) {
  const parts = [];
  if (process.argv.includes('--native')) parts.push('native');
  if (process.argv.includes('--fuzz')) parts.push('native', 'fuzz');
  if (process.argv.includes('--browsers')) parts.push('native', 'fuzz', 'chromium', 'firefox');
  await main(async () => {
    await setup(parts);
    console.log('Everything needed is installed.');
  });
}
