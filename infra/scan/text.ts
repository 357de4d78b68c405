import { WIDTH } from '../command-line.ts';

/** Matches control, format and unassigned characters, and separators of lines: none of them belongs in a line of a terminal. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Returns untrusted text as one line without characters that a terminal may interpret. */
export const plain = (text: string): string => text.replace(UNSAFE, '?');

/** Returns a number with a noun, which gets an `s` unless the number is one. */
export const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** What the first line and every further line start with. */
type Starts = { readonly first: string; readonly next: string };

/** Wraps untrusted text between words, or within a word that is longer than a line. */
export const wrap = (text: string, { first, next }: Starts): readonly string[] => {
  const room = WIDTH - Math.max(first.length, next.length);
  const words = plain(text)
    .split(' ')
    .flatMap((word) => word.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []);
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= room)
      lines.splice(-1, 1, `${line} ${word}`);
    else lines.push(word);
  }
  return (lines.length > 0 ? lines : ['']).map(
    (line, index) => (index === 0 ? first : next) + line,
  );
};
