import { describe, expect, it } from 'vitest';
import { isAllowedUnder } from '../support/policy-simulation.ts';
import { policyUnder } from '../support/security-document.ts';

const accountId = '123456789012';
const user = `arn:aws:iam::${accountId}:user/team/alice`;
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const ALLOWED = role(
  'aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_KeyExemptions_0123456789abcdef',
);
const policy = policyUnder('### The exemption tag');

const tags = (principal: string, action: string, ...keys: readonly string[]) => {
  const contextVariables = { 'aws:TagKeys': [...keys], 'aws:PrincipalArn': principal };
  return isAllowedUnder(policy, { principal, action, resource: user, contextVariables });
};

describe('the policy on the exemption tag', () => {
  it.each([
    ['a user, of itself', user],
    ['an administrator', role('Administrator')],
    ['a role that is only called alike', role('AWSReservedSSO_KeyExemptions_0123456789abcdef')],
    [
      'another permission set',
      role('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_0123456789abcdef'),
    ],
    ['the root user', `arn:aws:iam::${accountId}:root`],
  ])('lets not tag with it, nor untag, nor make a user with it: %s', async (_, principal) => {
    for (const action of ['iam:TagUser', 'iam:UntagUser', 'iam:CreateUser'])
      expect(await tags(principal, action, 'keys-until'), action).toBe(false);
  });

  it.each(['Keys-Until', 'KEYS-UNTIL', 'keys-untiL'])(
    'knows no case, as IAM and the rule know none: %s',
    async (key) => {
      expect(await tags(role('Administrator'), 'iam:TagUser', key)).toBe(false);
    },
  );

  it('is not got around by another tag in the same call', async () => {
    for (const keys of [
      ['a', 'keys-until'],
      ['keys-until', 'z'],
    ])
      expect(await tags(role('Administrator'), 'iam:TagUser', ...keys)).toBe(false);
  });

  it('lets the one permission set do all that', async () => {
    for (const action of ['iam:TagUser', 'iam:UntagUser', 'iam:CreateUser'])
      expect(await tags(ALLOWED, action, 'keys-until'), action).toBe(true);
  });

  it('lets everybody tag with other keys, and make users without tags', async () => {
    for (const keys of [['team'], ['keys-until-2'], ['my-keys-until'], []])
      for (const action of ['iam:TagUser', 'iam:UntagUser', 'iam:CreateUser'])
        expect(await tags(role('Administrator'), action, ...keys), `${action} ${keys}`).toBe(true);
  });
});
