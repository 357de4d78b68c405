import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

/** The code blocks of a page that are in one language, in their order. */
export const examplesOf = (page: string, language: string): string[] =>
  [
    ...readFileSync(`${REPOSITORY}${page}`, 'utf8').matchAll(
      new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'),
    ),
  ].map(([, code]) => String(code));

/** The first of them. */
export const exampleOf = (page: string, language: string): string => {
  const [first] = examplesOf(page, language);
  if (first === undefined) throw new Error(`${page}: expected a block in ${language}, got none`);
  return first;
};
