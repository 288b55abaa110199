// The documents in SQLite: its own WebAssembly build on the VFS opfs-sahpool, which keeps files in
// OPFS through the same synchronous handles as FlowDB. A row holds a document as JSON text, and its
// indexed fields in columns of their own.
import type { BindingSpec, Database, PreparedStatement } from '@sqlite.org/sqlite-wasm';
import { type Document, categoryOf, documents, groupOf } from '../../../demo/bench/documents';
import { dice } from '../../../demo/bench/random';
import { type Check, type Work, expectSame } from '../../../demo/bench/workload';

export type JournalMode = 'wal' | 'journal';

// Not bundled: it looks for sqlite3.wasm beside itself.
const sqliteUrl = '/node_modules/@sqlite.org/sqlite-wasm/dist/index.mjs';

async function openPool() {
  const module = (await import(sqliteUrl)) as typeof import('@sqlite.org/sqlite-wasm');
  const sqlite3 = await module.default();
  return sqlite3.installOpfsSAHPoolVfs({ name: 'bench', initialCapacity: 10 });
}

let pool: ReturnType<typeof openPool> | undefined;

export class SqliteBed {
  readonly #mode: JournalMode;
  readonly #records: number;
  #database: Database | undefined;
  #isLoaded = false;

  constructor(mode: JournalMode, records: number) {
    this.#mode = mode;
    this.#records = records;
  }

  async renew(): Promise<void> {
    pool ??= openPool();
    const files = await pool;
    const file = `/${this.#mode}.db`;
    this.#database?.close();
    for (const suffix of ['', '-wal', '-journal']) files.unlink(file + suffix);
    const database = new files.OpfsSAHPoolDb(file);
    // In both modes an application may count on a commit as on a relaxed one of IndexedDB: the
    // process may be killed, and the file stays whole when the power fails.
    database.exec(`
      PRAGMA page_size = 16384;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = ${this.#mode === 'wal' ? 'WAL' : 'TRUNCATE'};
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -16384;
      CREATE TABLE documents (id INTEGER PRIMARY KEY, "group" INTEGER, category TEXT, json TEXT);
      CREATE INDEX by_group ON documents ("group");
      CREATE INDEX by_category ON documents (category);
      CREATE TABLE singles (id INTEGER PRIMARY KEY, "group" INTEGER, category TEXT, json TEXT);
      CREATE INDEX singles_by_group ON singles ("group");
      CREATE INDEX singles_by_category ON singles (category);
    `);
    const wanted = this.#mode === 'wal' ? 'wal' : 'truncate';
    expectSame(database.selectValue('PRAGMA journal_mode'), wanted, 'journal mode');
    expectSame(database.selectValue('PRAGMA page_size'), 16384, 'page size');
    this.#database = database;
    this.#isLoaded = false;
  }

  /** The workload of that name, as it is made in SQLite. */
  prepare(name: string): { operations: number; work: Work } {
    const all = documents(0, this.#records, this.#records);
    if (name === 'put tx each') return this.#putEach(all.slice(0, 400));
    if (name === 'bulk put 2 idx') return this.#bulkPut(all);
    this.#load(all);
    const roll = dice(all.length);
    const some = (count: number, below: number) => Array.from({ length: count }, () => roll(below));
    const list = (where: string) => `SELECT json FROM documents WHERE ${where} ORDER BY id`;
    switch (name) {
      case 'get tx each': {
        const keys = some(500, all.length);
        const wanted = keys.map((key) => [all[key]]);
        return this.#selects(list('id = ?'), keys.map((key) => [key]), () => wanted);
      }
      case 'getAll': {
        const { operations, work } = this.#selects(list('true'), [[]], () => [all]);
        return { operations: operations * all.length, work };
      }
      case 'range 100': {
        const starts = some(100, Math.max(1, all.length - 100));
        const bounds = starts.map((from) => [from, from + 99]);
        const wanted = () => starts.map((from) => all.slice(from, from + 100));
        return this.#selects(list('id BETWEEN ? AND ?'), bounds, wanted);
      }
      case 'idx 222': {
        const keys = some(60, all.length).map((id) => categoryOf(id, all.length));
        const wanted = () => keys.map((key) => all.filter(({ category }) => category === key));
        return this.#selects(list('category = ?'), keys.map((key) => [key]), wanted);
      }
      case 'idx 40': {
        const keys = some(150, all.length).map((id) => groupOf(id, all.length));
        const wanted = () => keys.map((key) => all.filter(({ group }) => group === key));
        return this.#selects(list('"group" = ?'), keys.map((key) => [key]), wanted);
      }
      default:
        throw new Error(`there is no workload '${name}' in SQLite`);
    }
  }

  get #open(): Database {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database;
  }

  #insertInto(table: string): PreparedStatement {
    return this.#open.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`);
  }

  #load(all: readonly Document[]): void {
    if (this.#isLoaded) return;
    this.#putAll(all);
    this.#isLoaded = true;
  }

  #putAll(all: readonly Document[]): void {
    const insert = this.#insertInto('documents');
    this.#open.transaction(() => all.forEach((document) => put(insert, document)));
    insert.finalize();
  }

  #holds(table: string, all: readonly Document[]): Check {
    return () => {
      const rows = this.#open.selectValues(`SELECT json FROM ${table} ORDER BY id`);
      expectSame(rows.map((row) => JSON.parse(row as string) as unknown), all, table);
    };
  }

  #putEach(all: readonly Document[]): { operations: number; work: Work } {
    this.#open.exec('DELETE FROM singles');
    const work = async (): Promise<Check> => {
      const insert = this.#insertInto('singles');
      // Without BEGIN each statement is a transaction.
      for (const document of all) put(insert, document);
      insert.finalize();
      return this.#holds('singles', all);
    };
    return { operations: all.length, work };
  }

  #bulkPut(all: readonly Document[]): { operations: number; work: Work } {
    this.#open.exec('DELETE FROM documents');
    const work = async (): Promise<Check> => {
      this.#putAll(all);
      this.#isLoaded = true;
      return this.#holds('documents', all);
    };
    return { operations: all.length, work };
  }

  #selects(
    sql: string,
    bindings: readonly BindingSpec[],
    wanted: () => unknown,
  ): { operations: number; work: Work } {
    const work = async (): Promise<Check> => {
      const select = this.#open.prepare(sql);
      const found = bindings.map((binding) => {
        if ((binding as unknown[]).length > 0) select.bind(binding);
        const list: unknown[] = [];
        while (select.step()) list.push(JSON.parse(select.getString(0) ?? ''));
        select.reset();
        return list;
      });
      select.finalize();
      return () => expectSame(found, wanted(), 'documents');
    };
    return { operations: bindings.length, work };
  }
}

function put(insert: PreparedStatement, document: Document): void {
  const { id, group, category } = document;
  insert.bind([id, group, category, JSON.stringify(document)]).stepReset();
}
