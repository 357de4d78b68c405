import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';

const page = readFileSync(`${REPOSITORY}docs/runbooks.md`, 'utf8');
const runbook = readFileSync(
  `${REPOSITORY}remediation/runbooks/deactivate-access-key.yaml`,
  'utf8',
);

describe('docs/runbooks.md', () => {
  it('describes every step of DeactivateAccessKey, in order', () => {
    const [, table = ''] = page.split('| step | what it does |');
    const [rows = ''] = table.split('\n\n');
    const described = rows.split('\n').flatMap((row) => {
      const [, names = ''] = row.split('|');
      return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    });

    const steps = [...runbook.matchAll(/^ {2}- name: (\w+)$/gm)].map(([, name]) => name);
    expect(described).toEqual(steps);
  });
});
