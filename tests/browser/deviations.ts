// Where a browser's own IndexedDB does not do what the specification says: conformance cases that
// it fails, each with what it does instead. FlowDB has no such list: it passes all of them.

const listed: Record<string, Record<string, string>> = {
  chromium: {
    'object-store: put() and add() look at the key before they clone the value':
      'clones before it looks for a key that is not wanted',
    'cursors: behind its end a cursor has neither key nor value': 'keeps the last key',
    'events: IDBVersionChangeEvent takes what every event takes': 'passes over EventInit',
    'web-idl: the prototypes have nothing else': 'has dataLoss and dataLossMessage',
    'key-ranges: one key with an open bound is a range without keys': 'throws DataError',
    'key-paths: letters beyond the first plane are letters': 'takes them for no letters',
  },
  firefox: {
    'cursors: advance() counts the keys that a unique direction shows': 'counts records',
    'cursor-writes: two cursors walk beside each other':
      'lets a cursor that has read ahead overtake other requests',
    'events: IDBVersionChangeEvent takes what every event takes': 'passes over EventInit',
    'web-idl: the prototypes have nothing else': 'has mozGetAll() and others',
    'keys: arrays nested a hundred deep': 'takes 64 levels',
    'key-ranges: one key with an open bound is a range without keys': 'throws DataError',
    'values: a blob stays readable when its database is gone': 'aborts the reading',
  },
};

/** The cases that this browser's own IndexedDB fails, as `module: name`. */
export function deviations(browserName: string): readonly string[] {
  return Object.keys(listed[browserName] ?? {});
}
