// The parts of js/opfs that need no browser: names, back-off, the catalogue's lines, files in
// memory. The real file system is tested by Playwright.
import { describe, expect, it } from 'vitest';
import { untilFree } from '../../js/opfs/back-off';
import { parseCatalogue, readCatalogue, writeCatalogue } from '../../js/opfs/catalogue';
import { MemoryFile } from '../../js/opfs/memory-handle';
import { directoryNameOf, lockNameOf } from '../../js/opfs/names';
import { StorageError } from '../../js/opfs/storage';

describe('names', () => {
  it('hashes the UTF-16 code units', async () => {
    // SHA-256 of nothing, and of the bytes 61 00.
    expect(await directoryNameOf('')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(await directoryNameOf('a')).toBe(
      'ffe9aaeaa2a2d5048174df0b80599ef0197ec024c4b051bc9860cff58ef7f9f3',
    );
  });

  it('tells lone surrogates apart', async () => {
    const names = ['\ud800', '\ud801', '\ufffd', '\udc00\ud800'];
    const hashes = await Promise.all(names.map(directoryNameOf));
    expect(new Set(hashes).size).toBe(names.length);
    const locks = names.map((name, i) => lockNameOf(name, hashes[i] ?? ''));
    expect(new Set(locks).size).toBe(names.length);
    expect(locks[0]).toBe(`flowdb-hash:${hashes[0]}`);
  });

  it('names locks after the database, long ones after its hash', () => {
    expect(lockNameOf('-a/b', 'h')).toBe('flowdb:-a/b');
    expect(lockNameOf('\u{1f600}', 'h')).toBe('flowdb:\u{1f600}');
    expect(lockNameOf('x'.repeat(201), 'h')).toBe('flowdb-hash:h');
  });
});

describe('untilFree', () => {
  const busy = () => new DOMException('held', 'NoModificationAllowedError');
  function manualClock() {
    let time = 0;
    const waits: number[] = [];
    return {
      waits,
      now: () => time,
      wait: async (ms: number) => {
        waits.push(ms);
        time += ms;
      },
    };
  }

  it('doubles its waits up to a limit and returns what the attempt gives', async () => {
    const clock = manualClock();
    let left = 10;
    const attempt = async () => {
      if (left > 0) {
        left -= 1;
        throw busy();
      }
      return 'handle';
    };
    expect(await untilFree(attempt, 'opening', 5000, clock)).toBe('handle');
    expect(clock.waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 128, 128]);
  });

  it('ends at the deadline with a typed error', async () => {
    const clock = manualClock();
    const attempt = async () => {
      throw busy();
    };
    const failure = await untilFree(attempt, 'opening', 300, clock).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(StorageError);
    expect((failure as StorageError).reason).toBe('in-use');
    expect(clock.now()).toBe(300);
  });

  it('does not repeat other failures', async () => {
    const clock = manualClock();
    const attempt = async () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    await expect(untilFree(attempt, 'opening', 300, clock)).rejects.toMatchObject({
      reason: 'quota',
    });
    expect(clock.waits).toEqual([]);
  });
});

describe('the catalogue', () => {
  const textOf = (file: MemoryFile) => {
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    return new TextDecoder().decode(bytes);
  };
  const write = (file: MemoryFile, name: string, version: number) => {
    const handle = file.open();
    writeCatalogue(handle, { name, version });
    handle.close();
  };

  it('keeps the name and the last version', () => {
    const file = new MemoryFile();
    for (const version of [1, 7, 7, 9]) write(file, 'a\n"\ud800', version);
    expect(textOf(file)).toBe('"a\\n\\"\\ud800"\n1\n7\n9\n');
    expect(parseCatalogue(textOf(file))).toEqual({ name: 'a\n"\ud800', version: 9 });
  });

  it('survives a torn write at every byte, and the next write mends it', () => {
    const file = new MemoryFile();
    write(file, 'cities', 4);
    const before = file.size;
    write(file, 'cities', 123);
    const whole = textOf(file);
    for (let size = 0; size < whole.length; size += 1) {
      const torn = new MemoryFile();
      torn.write(new TextEncoder().encode(whole.slice(0, size)), 0);
      const said = parseCatalogue(textOf(torn));
      if (size >= before) expect(said).toEqual({ name: 'cities', version: 4 });
      else expect(said?.version ?? 0).toBe(0);
      write(torn, 'cities', 123);
      expect(parseCatalogue(textOf(torn))).toEqual({ name: 'cities', version: 123 });
    }
  });

  it('is read again when it was written to meanwhile', async () => {
    const failing = (name: string, times: number) => {
      let left = times;
      const text = async () => {
        left -= 1;
        if (left >= 0) throw new DOMException('changed', name);
        return '"a"\n3\n';
      };
      const getFileHandle = async () => ({ getFile: async () => ({ text }) });
      return { getFileHandle } as unknown as FileSystemDirectoryHandle;
    };
    const listed = { name: 'a', version: 3 };
    expect(await readCatalogue(failing('NotReadableError', 3))).toEqual(listed);
    expect(await readCatalogue(failing('NotReadableError', Infinity))).toBeUndefined();
    expect(await readCatalogue(failing('NotFoundError', 1))).toBeUndefined();
  });

  it('passes over lines that are no versions', () => {
    expect(parseCatalogue('"a"\n3\nnonsense\n-1\n')).toEqual({ name: 'a', version: 3 });
    expect(parseCatalogue('3\n')).toBeUndefined();
    expect(parseCatalogue('')).toBeUndefined();
  });
});

describe('a file in memory', () => {
  it('behaves like a synchronous access handle', () => {
    const file = new MemoryFile();
    const handle = file.open();
    expect(handle.write(new Uint8Array([1, 2, 3]), { at: 5000 })).toBe(3);
    expect(handle.getSize()).toBe(5003);
    const buffer = new Uint8Array(4);
    expect(handle.read(buffer, { at: 4999 })).toBe(4);
    expect([...buffer]).toEqual([0, 1, 2, 3]);
    expect(handle.read(buffer, { at: 6000 })).toBe(0);
    handle.truncate(5001);
    handle.truncate(5003);
    expect(handle.read(buffer, { at: 4999 })).toBe(4);
    expect([...buffer]).toEqual([0, 1, 0, 0]);
    expect(handle.write(new Uint8Array(0), { at: 9000 })).toBe(0);
    expect(handle.getSize()).toBe(5003);
  });

  it('reads and writes at its own position when none is given', () => {
    const handle = new MemoryFile().open();
    handle.write(new Uint8Array([1, 2]));
    handle.write(new Uint8Array([3]));
    handle.truncate(2);
    handle.write(new Uint8Array([4]));
    const buffer = new Uint8Array(4);
    expect(handle.read(buffer, { at: 0 })).toBe(3);
    expect([...buffer]).toEqual([1, 2, 4, 0]);
  });

  it('is exclusive, and refuses a closed handle', () => {
    const file = new MemoryFile();
    const handle = file.open();
    const held = expect.objectContaining({ name: 'NoModificationAllowedError' });
    expect(() => file.open()).toThrow(held);
    handle.close();
    handle.close();
    expect(() => handle.getSize()).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
    file.open();
  });
});
