import type { Sweep } from './sweeps.ts';

/** Prints a table. The first column is left-aligned, the others are right-aligned. */
export const showTable = (rows: readonly (readonly string[])[]): void => {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const width = widths?.[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
};

/** Prints sweeps side by side: time, memory, results, and calls per operation. */
export const showSweeps = (sweeps: Readonly<Record<string, Sweep>>): void => {
  const columns = Object.values(sweeps);
  const naive = columns[0]?.milliseconds ?? Number.NaN;
  const names = [...new Set(columns.flatMap(({ calls }) => Object.keys(calls)))];
  showTable([
    ['', ...Object.keys(sweeps)],
    ['seconds', ...columns.map(({ milliseconds }) => (milliseconds / 1000).toFixed(1))],
    ['times as fast', ...columns.map(({ milliseconds }) => (naive / milliseconds).toFixed(1))],
    ['peak MB', ...columns.map(({ peakMegabytes }) => peakMegabytes.toFixed(0))],
    ['results sent', ...columns.map(({ results }) => String(results))],
    ['refused calls', ...columns.map(({ refused }) => String(refused))],
    ...names.map((name) => [name, ...columns.map(({ calls }) => String(calls[name] ?? 0))]),
  ]);
};
