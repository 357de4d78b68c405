import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

/** Returns the code blocks of a page in one language. */
export const examplesOf = (page: string, language: string): string[] =>
  [
    ...readFileSync(`${REPOSITORY}${page}`, 'utf8').matchAll(
      new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'),
    ),
  ].map(([, code]) => String(code));

/** Returns the first code block of a page in one language. */
export const exampleOf = (page: string, language: string): string => {
  const [first] = examplesOf(page, language);
  if (first === undefined) throw new Error(`${page}: expected a block in ${language}, got none`);
  return first;
};
