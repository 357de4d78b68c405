import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { ORGANIZATION_SETTINGS } from '../../../infra/organization/settings.ts';
import { SETTING_GROUPS, SETTINGS } from '../../../infra/settings/settings.ts';
import type { Parameter, Parameters } from '../../../rule/input/parameter.ts';

const read = (file: string): string => readFileSync(`${REPOSITORY}${file}`, 'utf8');

const code = (value: unknown): string =>
  value === undefined || String(value) === '' ? 'none' : `\`${value}\``;

const rowOf = ([name, parameter]: [string, Parameter<unknown>]): string =>
  `| \`${name}\` | ${parameter.description} | ${parameter.expected} | ${code(parameter.default)} |`;

/** The table that documents settings. */
const tableOf = (settings: Parameters): string =>
  [
    '| setting | description | values | default |',
    '| --- | --- | --- | --- |',
    ...Object.entries(settings).map(rowOf),
    '',
  ].join('\n');

describe('docs/settings.md', () => {
  it('lists every setting under its heading, with its description, its values and its default', () => {
    const page = read('docs/settings.md');
    const tables = SETTING_GROUPS.map(
      ({ label, settings }) => `## ${label}\n\n${tableOf(settings)}`,
    );
    expect(page.slice(page.indexOf('## '))).toBe(tables.join('\n'));
  });
});

describe('docs/organization.md', () => {
  it('lists every setting of an organization', () => {
    expect(read('docs/organization.md')).toContain(`\n${tableOf(ORGANIZATION_SETTINGS)}\n`);
  });
});

describe('the properties of constructs', () => {
  it('have the description and the default of their setting as documentation', () => {
    const source = read('infra/settings/props.ts');
    const documented = [
      ...source.matchAll(
        /\n {3}\* (.*)\.\n {3}\* @default (.*)\n {3}\*\/\n {2}readonly (\w+)\?: /g,
      ),
    ].map(([, description, standard, name]) => [name, [description, standard]]);
    const expected = Object.entries(SETTINGS).map(([name, parameter]) => {
      const standard = JSON.stringify(parameter.default)?.replaceAll('"', "'") ?? '- none';
      return [name, [parameter.description, standard]];
    });
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
  });
});
