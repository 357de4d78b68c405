import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

/** The text of SECURITY.md. */
export const SECURITY = readFileSync(`${REPOSITORY}SECURITY.md`, 'utf8');

/** Returns the policy under a heading. */
export const policyUnder = (heading: string): unknown => {
  const [, section = ''] = SECURITY.split(`\n${heading}\n`);
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
  return JSON.parse(json);
};
