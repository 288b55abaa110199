// The arrows between the layers point one way, and files keep to the style. Each rule is also
// shown a small made-up tree that breaks it, so that it is known to be able to fail.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkImports } from '../layering/imports';
import { checkIncludes } from '../layering/includes';
import { checkStyle } from '../layering/style';
import { readTree } from '../layering/tree';

const project = readTree(fileURLToPath(new URL('../..', import.meta.url)));
const tree = (files: Record<string, string>) => new Map(Object.entries(files));

describe('the project', () => {
  it('is read whole', () => {
    for (const area of ['src/', 'wasm/', 'js/', 'demo/', 'tests/']) {
      expect([...project.keys()].filter((file) => file.startsWith(area))).not.toEqual([]);
    }
  });

  it('has includes that point one way', () => expect(checkIncludes(project)).toEqual([]));
  it('has imports that point one way', () => expect(checkImports(project)).toEqual([]));
  it('keeps to the style', () => expect(checkStyle(project)).toEqual([]));
});

describe('includes', () => {
  it('may point down and stay in their folder', () => {
    const files = tree({
      'src/document/a.h': '#include "engine/b.h"\n#include "util/c.h"\n#include <vector>\n',
      'src/sst/a.cc': '#include "sst/a.h"\n#include "storage/file.h"\n#include <lz4.h>\n',
      'wasm/b.cc': '#include <emscripten/bind.h>\n#include "document/a.h"\n#include "b.h"\n',
      'wasm/b.h': '',
    });
    expect(checkIncludes(files)).toEqual([]);
  });

  it.each([
    ['src/util/a.h', '#include "storage/file.h"'],
    ['src/storage/a.h', '#include "engine/engine.h"'],
    ['src/sst/a.h', '#include "wal/log.h"'],
    ['src/engine/a.h', '  #  include "document/store.h"'],
    ['src/engine/a.h', '#include "file.h"'],
    ['src/engine/a.h', '#include "../document/store.h"'],
    ['src/other/a.h', '#include <vector>'],
    ['src/util/a.h', '#include <emscripten.h>'],
    ['src/util/a.h', '#include <emscripten/val.h>'],
    ['src/util/a.h', '#ifdef __EMSCRIPTEN__'],
    ['wasm/a.cc', '#include "js/a.h"'],
  ])('%s must not have %s', (file, text) => {
    expect(checkIncludes(tree({ [file]: `// a\n${text}\n` }))).toHaveLength(1);
  });
});

describe('imports', () => {
  it('may point down and stay in their folder', () => {
    const files = tree({
      'js/index.ts': "import { a } from './api/a';\nexport * from './idb/b.js';\n",
      'js/auto.ts': "import './index';\n",
      'js/idb/b.ts': "import type { C } from '../codec/c';\nimport { d } from './d';\n",
      'js/worker/main.ts': "import { e } from '../opfs/e';\n",
      'js/api/a.ts': "const url = new URL('./worker.js', import.meta.url);\n",
      'js/api/in-thread.js': "export { f } from '../worker/main';\n",
      'demo/main.ts': "import { FlowDB } from 'flowdb-wasm';\nimport { j } from './job';\n",
    });
    expect(checkImports(files)).toEqual([]);
  });

  it.each([
    ['js/codec/a.ts', "import { b } from '../idb/b';"],
    ['js/codec/a.ts', "import { b } from '../channel/b';"],
    ['js/channel/a.ts', "import type { b } from '../idb/b';"],
    ['js/idb/a.ts', "export { b } from '../api/b';"],
    ['js/idb/a.ts', "import {\n  b,\n  c,\n} from '../../js/api/b';"],
    ['js/idb/a.ts', "import '../worker/main';"],
    ['js/idb/a.ts', "const b = await import('../worker/main');"],
    ['js/idb/a.ts', "let b: import('../opfs/b').B;"],
    ['js/api/a.js', "import { b } from '../worker/main';"],
    ['js/api/in-thread.js', "import '../worker/host';"],
    ['js/idb/a.ts', "import { b } from '../index';"],
    ['js/opfs/a.ts', "import { b } from '../channel/b';"],
    ['js/worker/a.ts', "import { b } from '../idb/b';"],
    ['js/idb/a.ts', "import { openDB } from 'idb';"],
    ['js/idb/a.ts', "import { b } from '../../demo/b';"],
    ['js/other/a.ts', "import { b } from '../codec/b';"],
    ['demo/main.ts', "import { b } from '../js/index';"],
  ])('%s must not have %s', (file, text) => {
    expect(checkImports(tree({ [file]: `// a\n${text}\n` }))).toHaveLength(1);
  });
});

describe('style', () => {
  it('passes what is short, explained and named', () => {
    const files = tree({
      'src/util/crc32c.h': '// a\n',
      'src/CMakeLists.txt': '# a\n',
      'tests/native/util/crc32c_test.cc': '// a\n',
      'js/build/run.mjs': '#!/usr/bin/env node\n// a\n',
      'demo/index.html': '<!doctype html>\n<!-- a -->\n',
      'demo/style.css': '/* a */\n',
      'js/idb/a.ts': '// a\n'.repeat(500),
    });
    expect(checkStyle(files)).toEqual([]);
  });

  it.each([
    ['js/idb/a.ts', '// a\n'.repeat(501)],
    ['js/idb/a.ts', 'const a = 1;\n// a\n'],
    ['js/idb/a.ts', ''],
    ['src/CMakeLists.txt', 'project(a)\n'],
    ['demo/index.html', '<!doctype html>\n<html>\n'],
    ['js/utils/a.ts', '// a\n'],
    ['js/util/a.ts', '// a\n'],
    ['src/engine/util.h', '// a\n'],
    ['src/engine/test_helpers.h', '// a\n'],
    ['js/idb/Common.ts', '// a\n'],
    ['tests/misc-cases.ts', '// a\n'],
  ])('%s is refused', (file, text) => {
    expect(checkStyle(tree({ [file]: text }))).toHaveLength(1);
  });
});
