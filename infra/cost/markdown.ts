/** A count, rounded. */
export const count = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: 0 });

/** Dollars, to the cent below a hundred. */
export const dollars = (value: number): string => {
  const digits = value < 100 ? 2 : 0;
  const bounds = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `$${value.toLocaleString('en', bounds)}`;
};

/** A price, to its last digit. */
export const price = (value: number): string =>
  `$${value.toLocaleString('en', { maximumSignificantDigits: 6 })}`;

/** A table, its first column to the left and the others, which are numbers, to the right. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
};
