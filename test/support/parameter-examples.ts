import { expect } from 'vitest';
import type { Parameter } from './runbook-document.ts';

/** Values that a parameter must accept and values that it must refuse, on both sides of each bound. */
type Examples = { readonly accepted: readonly string[]; readonly refused: readonly string[] };

/** Values that would be more than a value in a command, an ARN or a message. */
const HARMFUL = ["a'b", 'a b', 'a;b', '$(a)', '{{ a }}', 'a\n'];

const IDENTIFIER: Examples = {
  accepted: ['AIDACKCEVSQ6C2EXAMPLE', 'A'.repeat(16), `${'z_9'.repeat(42)}_9`],
  refused: ['alice', 'A'.repeat(15), 'A'.repeat(129), 'AIDA/CKCEVSQ6C2EXAMPLE', "A'".repeat(9)],
};
const ROLE = 'arn:aws:iam::123456789012:role/';
const BOOLEAN: Examples = { accepted: ['true', 'false'], refused: ['', 'True', 'yes', 'true '] };

const EXAMPLES: Readonly<Record<string, Examples>> = {
  UserId: { ...IDENTIFIER, refused: [...IDENTIFIER.refused, ''] },
  AccessKeyId: { ...IDENTIFIER, accepted: [...IDENTIFIER.accepted, ''] },
  MinimumIdleDays: {
    accepted: ['', '0', '9', '10', '99', '100', '199', '299', '300', '359', '360', '365'],
    refused: ['-1', '7.5', '366', '370', '400', '999', '1000', '1e2', '+7', 'week'],
  },
  MinimumInactiveDays: {
    accepted: ['', '0', '1', '9', '10', '89', '90'],
    refused: ['-1', '7.5', '00', '01', '91', '99', '100', '+7', 'week'],
  },
  AllowSecondActiveKey: BOOLEAN,
  DryRun: BOOLEAN,
  ConfigRuleName: {
    accepted: ['iam-user-single-access-key', 'Rule_1', 'r', 'r'.repeat(128)],
    refused: ['', 'r'.repeat(129), 'a rule', 'arn:aws:config:us-east-1:123456789012:rule'],
  },
  AutomationAssumeRole: {
    accepted: [
      `${ROLE}r`,
      `${ROLE}${'r'.repeat(576)}`,
      'arn:aws-cn:iam::123456789012:role/a/b+c=d,e.f@g-h',
    ],
    refused: [
      '',
      'Automation',
      ROLE,
      `${ROLE}${'r'.repeat(577)}`,
      'arn:aws:iam::1234567890123:role/Automation',
      'arn:aws:iam::12345678901:role/Automation',
      'arn:aws:iam::123456789012:user/alice',
    ],
  },
};

const PARAMETER_EXAMPLES: Readonly<Record<string, Examples>> = Object.fromEntries(
  Object.entries(EXAMPLES).map(([name, { accepted, refused }]) => [
    name,
    { accepted, refused: [...refused, ...HARMFUL] },
  ]),
);

const accepts = (
  { allowedPattern, allowedValues }: Pick<Parameter, 'allowedPattern' | 'allowedValues'>,
  value: string,
) => allowedValues?.includes(value) ?? new RegExp(`^(?:${allowedPattern})$`).test(value);

/** Lists the examples of a parameter that its bounds contradict. */
export const contradictionsOf = (
  name: string,
  bounds: Pick<Parameter, 'allowedPattern' | 'allowedValues'>,
): readonly string[] => {
  const { accepted, refused } = PARAMETER_EXAMPLES[name] ?? { accepted: [], refused: [] };
  return [
    ...accepted.filter((value) => !accepts(bounds, value)),
    ...refused.filter((value) => accepts(bounds, value)),
  ];
};

/** Expects a parameter to have a description and bounds, and to accept and refuse its examples. */
export const expectParameter = (name: string, parameter: Parameter) => {
  const { type, description, allowedPattern, allowedValues, default: value } = parameter;
  expect(type).toBe('String');
  expect(description).toMatch(value === undefined ? /^\(Required\) .+\.$/ : /^\(Optional\) .+\.$/);
  if (allowedValues === undefined) expect(allowedPattern).toMatch(/^\^.*\$$/);
  else
    expect([allowedValues, allowedPattern]).toEqual([
      PARAMETER_EXAMPLES[name]?.accepted,
      undefined,
    ]);
  expect(contradictionsOf(name, parameter)).toEqual([]);
  if (value !== undefined) expect(accepts(parameter, value)).toBe(true);
};
