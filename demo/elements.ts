// Typed access to the page's own elements.

/**
 * @param id of an element of the page
 * @param type the class it must have
 * @throws when the page has no such element, which is a mistake in its HTML
 */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/** Makes a table row of texts; the first is its heading. */
export function row(texts: readonly string[]): HTMLTableRowElement {
  const made = document.createElement('tr');
  texts.forEach((text, column) => {
    const cell = document.createElement(column === 0 ? 'th' : 'td');
    cell.textContent = text;
    made.append(cell);
  });
  return made;
}

/** A time for a person: 3.2 ms, 45 ms, 1.28 s. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

const whole = new Intl.NumberFormat('en');

/** A count for a person: 135,233. */
export function grouped(count: number): string {
  return whole.format(count);
}
