import { readdirSync, readFileSync } from 'node:fs';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

/** A part of a page and its place, `docs/scan.md:12`. */
export type Part = { readonly page: string; readonly at: string; readonly text: string };

/** A code block. Its language is `''` if it has none. */
export type Block = Part & { readonly language: string };

/** What a link leads to: a path from the page, and a heading. */
export type Link = Part & { readonly path: string; readonly anchor: string | undefined };

const listOf = (folder: string): string[] =>
  readdirSync(`${REPOSITORY}${folder}`, { recursive: folder !== '', encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}${file}`)
    .toSorted();

/** The pages of the documentation, by their paths. */
export const PAGES: readonly string[] = [
  ...listOf(''),
  ...listOf('docs/'),
  ...['test/local-account/README.md', 'test/fixtures/README.md'],
];

const TEXTS = new Map(PAGES.map((page) => [page, readFileSync(`${REPOSITORY}${page}`, 'utf8')]));
const textOf = (page: string): string => TEXTS.get(page) ?? '';

const BLOCK = /^```(\w*)\n(.*?)^```$/gms;

const atOf = (page: string, before: string): string => `${page}:${before.split('\n').length}`;

/** Returns the code blocks of a page. */
export const blocksOf = (page: string): Block[] => {
  const whole = textOf(page);
  return [...whole.matchAll(BLOCK)].map(({ index, 1: language = '', 2: text = '' }) => ({
    ...{ page, language, text, at: atOf(page, whole.slice(0, index)) },
  }));
};

/** Returns the text of a page without the content of its code blocks, on the same lines. */
export const proseOf = (page: string): string =>
  textOf(page).replace(BLOCK, (block) => block.replace(/[^\n]/g, ''));

/** Returns the words in code style, outside of code blocks. */
export const codeOf = (page: string): Part[] => {
  const prose = proseOf(page);
  return [...prose.matchAll(/`([^`]+)`/g)].map(({ index, 1: text = '' }) => ({
    ...{ page, text, at: atOf(page, prose.slice(0, index)) },
  }));
};

/** Returns the parts of the prose that match an expression, with the first group as text. */
export const matchesOf = (page: string, expression: RegExp): Part[] => {
  const prose = proseOf(page);
  return [...prose.matchAll(expression)].map(({ index, 1: text = '' }) => ({
    ...{ page, text, at: atOf(page, prose.slice(0, index)) },
  }));
};

/** Returns what the first group of an expression matches in some parts. */
export const findIn = (parts: readonly Part[], expression: RegExp): Part[] =>
  parts.flatMap((part) =>
    [...part.text.matchAll(expression)].map(([, text = '']) => ({ ...part, text })),
  );

/** Returns the links of a page to other pages, files and headings of the repository. */
export const linksOf = (page: string): Link[] =>
  matchesOf(page, /\]\(([^()\s]+)\)/g)
    .filter(({ text }) => !/^[a-z]+:/.test(text))
    .map((link) => {
      const [path = '', anchor] = link.text.split('#');
      return { ...link, path, anchor };
    });

/**
 * Returns the anchors that GitHub gives to the headings of a page.
 *
 * @see https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
 */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.+)$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const anchor = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n += 1) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
};

/** The pages that describe the current state. The changelog and superseded decisions name what no longer exists. */
export const CURRENT: readonly string[] = PAGES.filter(
  (page) => page !== 'CHANGELOG.md' && !/^Status: superseded/m.test(textOf(page)),
);
