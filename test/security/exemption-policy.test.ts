import { describe, expect, it } from 'vitest';
import { policyText } from '../support/docs-examples.ts';
import { isAllowedUnder } from '../support/policy-simulation.ts';

const accountId = '123456789012';
const user = `arn:aws:iam::${accountId}:user/team/alice`;
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const ALLOWED = role(
  'aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_KeyExemptions_0123456789abcdef',
);
const policy: unknown = JSON.parse(policyText('exemption-tag'));

const tags = (principal: string, action: string, ...keys: readonly string[]) => {
  const contextVariables = { 'aws:TagKeys': [...keys], 'aws:PrincipalArn': principal };
  return isAllowedUnder(policy, { principal, action, resource: user, contextVariables });
};

describe('the policy on the exemption tag', () => {
  it.each([
    ['a user itself', user],
    ['an administrator', role('Administrator')],
    ['a role with a similar name', role('AWSReservedSSO_KeyExemptions_0123456789abcdef')],
    [
      'another permission set',
      role('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_0123456789abcdef'),
    ],
    ['the root user', `arn:aws:iam::${accountId}:root`],
  ])('does not let %s use the tag', async (_, principal) => {
    for (const action of ['iam:TagUser', 'iam:UntagUser', 'iam:CreateUser'])
      expect(await tags(principal, action, 'keys-until'), action).toBe(false);
  });

  it.each(['Keys-Until', 'KEYS-UNTIL', 'keys-untiL'])(
    'ignores the case of the key, like IAM and the rule: %s',
    async (key) => {
      expect(await tags(role('Administrator'), 'iam:TagUser', key)).toBe(false);
    },
  );

  it('also applies when the call contains another tag', async () => {
    for (const keys of [
      ['a', 'keys-until'],
      ['keys-until', 'z'],
    ])
      expect(await tags(role('Administrator'), 'iam:TagUser', ...keys)).toBe(false);
  });

  it('lets the allowed permission set use the tag', async () => {
    for (const action of ['iam:TagUser', 'iam:UntagUser', 'iam:CreateUser'])
      expect(await tags(ALLOWED, action, 'keys-until'), action).toBe(true);
  });

  it('lets everybody use other tags and create users without tags', async () => {
    for (const keys of [['team'], ['keys-until-2'], ['my-keys-until'], []])
      for (const action of ['iam:TagUser', 'iam:UntagUser', 'iam:CreateUser'])
        expect(await tags(role('Administrator'), action, ...keys), `${action} ${keys}`).toBe(true);
  });
});
