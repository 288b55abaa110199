// What a database is called in places that don't take every string: its directory in the Origin
// Private File System and its Web Lock. A database's name may be anything: '', '..', 'a/b', a lone
// surrogate, a megabyte.

/** In code units. A longer name, which browsers copy between processes, gives way to its hash. */
const lockNameLongest = 200;

/**
 * @returns the hex SHA-256 of the name's UTF-16 code units, little-endian, 64 characters: equal
 *   for equal names only, and a legal file name everywhere
 */
export async function directoryNameOf(name: string): Promise<string> {
  const units = new DataView(new ArrayBuffer(name.length * 2));
  for (let i = 0; i < name.length; i += 1) units.setUint16(i * 2, name.charCodeAt(i), true);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', units));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param directory the database's directoryNameOf()
 * @returns the name of the Web Lock that the owner of a database holds
 */
export function lockNameOf(name: string, directory: string): string {
  // Lone surrogates would become U+FFFD on the way to the lock manager, and two names one lock.
  const plain = name.length <= lockNameLongest && !/\p{Surrogate}/u.test(name);
  return plain ? `flowdb:${name}` : `flowdb-hash:${directory}`;
}
