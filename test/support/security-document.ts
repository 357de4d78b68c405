import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

/** SECURITY.md, as it stands. */
export const SECURITY = readFileSync(`${REPOSITORY}SECURITY.md`, 'utf8');

/** The policy under a heading, as a reader copies it. */
export const policyUnder = (heading: string): unknown => {
  const [, section = ''] = SECURITY.split(`\n${heading}\n`);
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
  return JSON.parse(json);
};
