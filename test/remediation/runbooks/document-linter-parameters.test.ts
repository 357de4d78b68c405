import { describe, expect, it } from 'vitest';
import { edit } from '../../support/document-linter/edit.ts';
import { itAccepts, itFinds } from '../../support/document-linter/hand-made.ts';
import { lintDocument } from '../../support/document-linter/lint-document.ts';
import { problem } from '../../support/document-linter/problem.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const deactivation = readRunbook('deactivate-access-key');
const reactivation = readRunbook('reactivate-access-key');
const deletion = readRunbook('delete-inactive-access-key');

const pattern = (name: string) => `parameters.${name}.allowedPattern`;
const taken = 'a value that the parameter takes';
const takes = (name: string, value: string) =>
  problem(`parameters.${name}`, 'a parameter that takes its good examples', value);
const refuses = (name: string, value: string) =>
  problem(`parameters.${name}`, 'a parameter that refuses its bad examples', value);

describe('of parameters the linter finds', () =>
  itFinds(deactivation, [
    [
      'one that is a boolean',
      'parameters.DryRun.type',
      'Boolean',
      'String',
      'Decide.inputs.Choices.0.Variable: expected String, got "Boolean of {{ DryRun }}"',
    ],
    ['one that is a list', 'parameters.AccessKeyId.type', 'StringList', 'String'],
    [
      'one without bounds',
      pattern('UserId'),
      undefined,
      'parameters.UserId: expected either an allowedPattern or allowedValues, got nothing',
    ],
    [
      'one with two bounds',
      pattern('DryRun'),
      '^(true|false)$',
      'parameters.DryRun: expected either an allowedPattern or allowedValues, got "^(true|false)$"',
    ],
    ['a default that its pattern refuses', 'parameters.AccessKeyId.default', 'none', taken],
    ['a default that is not among the values', 'parameters.DryRun.default', 'no', taken],
    ['a default of another type', 'parameters.DryRun.default', false, taken],
    [
      'a default of what is said to be required',
      'parameters.UserId.default',
      'AIDACKCEVSQ6C2EXAMPLE',
      'parameters.UserId.description: expected (Optional) at its start, got "(Required) Unique id of the IAM user, the resource id that AWS Config reports (AIDA...)."',
    ],
    [
      'no default of what is said to be optional',
      'parameters.DryRun.default',
      undefined,
      'parameters.DryRun.description: expected (Required) at its start, got "(Optional) true says what would be done and writes nothing."',
    ],
    [
      'a value twice',
      'parameters.DryRun.allowedValues',
      ['true', 'false', 'true'],
      'parameters.DryRun.allowedValues: expected unique values, got "true"',
    ],
    [
      'a value too many',
      'parameters.DryRun.allowedValues',
      ['true', 'false', 'yes'],
      refuses('DryRun', 'yes'),
    ],
    [
      'a value too few',
      'parameters.DryRun.allowedValues',
      ['false'],
      takes('DryRun', 'true'),
      'Decide.inputs.Choices.0.StringEquals: expected what {{ DryRun }} can be, and can fail to be, got "true"',
    ],
    [
      'one of which nobody said what it takes',
      'parameters.Again',
      deactivation.parameters['DryRun'],
      'parameters.Again: expected examples of its values, got nothing',
      'parameters.Again: expected a reference to it, got nothing',
    ],
  ]));

const harmless = 'a pattern that takes only /^[\\w+=,.@:/-]*$/';
const ends = '^ at its start and $ at its end';
const shared = 'what every engine reads alike';
describe('of patterns the linter finds', () =>
  itFinds(deactivation, [
    ['one that is none', pattern('UserId'), '^(\\w{16,128}$', 'a regular expression'],
    ['one without a start', pattern('UserId'), '\\w{16,128}$', ends],
    ['one without an end', pattern('UserId'), '^\\w{16,128}', ends],
    ['two, each with one end', pattern('UserId'), '^\\w{16}|\\w{128}$', harmless],
    ['anything', pattern('ConfigRuleName'), '^.{1,128}$', harmless],
    ['anything but one thing', pattern('ConfigRuleName'), "^[^']{1,128}$", harmless],
    ['a quote', pattern('ConfigRuleName'), "^[\\w'-]{1,128}$", harmless],
    ['a space', pattern('ConfigRuleName'), '^[\\w\\s-]{1,128}$', harmless],
    ['a command', pattern('ConfigRuleName'), '^[\\w$()-]{1,128}$', harmless],
    ['a reference', pattern('ConfigRuleName'), '^[\\w{}-]{1,128}$', harmless],
    ['a second line', pattern('ConfigRuleName'), '^[\\w-]{1,128}\\n?$', harmless],
    ['a look ahead', pattern('UserId'), '^(?=A)\\w{16,128}$', shared],
    ['a look back', pattern('UserId'), '^\\w{16,128}(?<!X)$', shared],
    ['a back-reference', pattern('UserId'), '^(\\w)\\1{15,127}$', shared],
    [
      'one that is too narrow',
      pattern('UserId'),
      '^AIDA\\w{12,123}$',
      takes('UserId', 'A'.repeat(16)),
      takes('UserId', `${'z_9'.repeat(42)}_9`),
    ],
    [
      'one that is too wide',
      pattern('MinimumIdleDays'),
      '^(\\d{1,3})?$',
      ...['366', '370', '400', '999'].map((value) => refuses('MinimumIdleDays', value)),
    ],
  ]));

describe('of patterns the linter accepts', () =>
  itAccepts(deactivation, [
    ['a class in other words', pattern('UserId'), '^[0-9A-Za-z_]{16,128}$'],
    ['groups', pattern('ConfigRuleName'), '^(?:[a-zA-Z]|[\\d_-]){1,128}$'],
  ]));

/** Empty is taken either way. */
const EQUIVALENT = '^(\\d{0,2}|[12]\\d{2}|3[0-5]\\d|36[0-5])?$';

describe.each([
  ['deactivation', deactivation],
  ['reactivation', reactivation],
  ['deletion', deletion],
] as const)('a parameter of the %s', (_, document) => {
  const bounded = Object.entries(document.parameters).filter(
    ([, { allowedPattern }]) => allowedPattern !== undefined,
  );

  it.each(bounded)('%s takes no more and no less', (name, { allowedPattern: bound = '' }) => {
    const changed = (value: string) => lintDocument(edit(document, pattern(name), value));
    const numbers = [...bound.matchAll(/(?<=[{,])\d+/g)];
    const others = numbers.flatMap(({ 0: number, index }) =>
      [-1, 1].map(
        (more) =>
          `${bound.slice(0, index)}${Number(number) + more}${bound.slice(index + number.length)}`,
      ),
    );

    for (const other of ['^$', bound.replace(/\$$/, '.*$'), ...others])
      if (other !== EQUIVALENT) expect(changed(other), other).not.toEqual([]);
  });
});
