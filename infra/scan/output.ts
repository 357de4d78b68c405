import { closeSync, openSync, writeFileSync } from 'node:fs';
import { UsageError } from '../command-line.ts';
import { toCsv, toJson } from './formats.ts';
import { renderReport } from './report/report.ts';
import type { Scan } from './result.ts';
import { failureLines, summaryOf } from './summary.ts';
import { toTable } from './table.ts';

const writeTable = (scan: Scan, output?: string): string => {
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  return toTable(scan, { isColored: isTerminal && !process.env['NO_COLOR'] });
};

/** Converts a scan to the text of each format, or to the parts of the text. */
const TO_TEXT = { table: writeTable, json: toJson, csv: toCsv, html: renderReport } as const;

/** A format of the output. */
export type Format = keyof typeof TO_TEXT;

/** The formats of the output. */
export const FORMATS: readonly string[] = Object.keys(TO_TEXT);

/** Tells whether a text is a format of the output. */
export const isFormat = (text: string): text is Format => FORMATS.includes(text);

/** Where to write, and in which format. */
export type Output = {
  readonly format: Format;
  /** The file to write. @default stdout */
  readonly output?: string | undefined;
};

/** Requires that the file can be written, before a scan of minutes. */
export const requireWritable = (file: string): void => {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new UsageError(`--output must be a file that can be written: ${why}`);
  }
};

/** Writes the parts of a text to a file, or to stdout. */
const writeParts = (parts: Iterable<string>, output: string | undefined): void => {
  if (output === undefined) {
    for (const part of parts) process.stdout.write(part);
    return;
  }
  const file = openSync(output, 'w');
  for (const part of parts) writeFileSync(file, part);
  closeSync(file);
};

/** Writes a scan. Lists the failures on stderr, unless stdout shows them to a person. */
export const write = (scan: Scan, { format, output }: Output): void => {
  const text = TO_TEXT[format](scan, output);
  writeParts(typeof text === 'string' ? [text] : text, output);
  if (scan.Failures.length === 0 || (output === undefined && format === 'table')) return;
  for (const line of failureLines(scan.Failures)) console.error(line);
  console.error(summaryOf(scan));
};
