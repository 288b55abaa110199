// What every decoder here throws for bytes that are not what they should be: it names the field and
// the offset. Stored bytes with such an error are damaged; see status.ts for what the page sees.

export class MalformedError extends Error {
  override readonly name = 'MalformedError';

  /**
   * @param field what was being read, e.g. 'string length'
   * @param offset where it begins, in bytes from the start of the bytes being decoded
   * @param problem what is wrong with it
   */
  constructor(
    readonly field: string,
    readonly offset: number,
    problem: string,
  ) {
    super(`${field} at byte ${offset}: ${problem}`);
  }
}
