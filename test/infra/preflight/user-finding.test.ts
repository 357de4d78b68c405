import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../infra/preflight/findings.ts';
import { accountFacts, refused } from '../../support/account-facts.ts';

const HYBRID = { keyEvents: true, triggers: 'hybrid' } as const;
const SCHEDULE = { keyEvents: true, triggers: 'schedule' } as const;

const find = (
  facts: Parameters<typeof accountFacts>[0],
  options: Parameters<typeof findingsOf>[1],
) =>
  findingsOf(accountFacts(facts), options).filter(
    ({ group, what }) => group === 'Key events' && /\busers?\b/.test(what),
  );

describe('the users of an account', () => {
  it.each([
    [HYBRID, 0, '0 users: key events start evaluations'],
    [HYBRID, 1, '1 user: key events start evaluations'],
    [HYBRID, 500, '500 users: key events start evaluations'],
    [SCHEDULE, 500, '500 users: key events start evaluations'],
    [SCHEDULE, 501, '501 users: key events start evaluations'],
    [SCHEDULE, 5000, '5000 users: key events start evaluations'],
  ])('are fine with %j and %i', (options, users, what) => {
    expect(find({ users: { facts: users } }, options)).toEqual([
      { group: 'Key events', state: 'fine', what },
    ]);
  });

  it.each([501, 5000])('are too many for a hybrid rule: %i', (users) => {
    expect(find({ users: { facts: users } }, HYBRID)).toEqual([
      {
        group: 'Key events',
        state: 'missing',
        what: `${users} users: above 500, key events start no evaluation of a rule with triggers=hybrid`,
        why: expect.stringContaining('the schedule only'),
        mends: ['deploy with -c triggers=schedule'],
      },
    ]);
  });

  it.each(['hybrid', 'schedule'] as const)('do not matter without key events: %s', (triggers) => {
    for (const users of [{ facts: 501 }, refused('iam:GetAccountSummary')])
      expect(find({ users }, { keyEvents: false, triggers })).toEqual([]);
  });

  it('are told whatever else is known of the account', () => {
    const users = { facts: 501 };
    const Arn = 'arn:aws-eusc:iam::123456789012:user/alice';
    const unknown = { facts: { Account: '123456789012', Arn } };

    for (const facts of [
      { users, identity: refused('sts:GetCallerIdentity') },
      { users, identity: unknown },
      { users, trails: { facts: [] } },
    ])
      expect(find(facts, HYBRID)).toMatchObject([{ state: 'missing' }]);
  });

  it('are told in another Region only when they are not fine, as key events do not arrive there', () => {
    const elsewhere = { region: 'eu-central-1' };

    expect(find({ ...elsewhere, users: { facts: 500 } }, HYBRID)).toEqual([]);
    expect(find({ ...elsewhere, users: { facts: 501 } }, HYBRID)).toMatchObject([
      { state: 'missing' },
    ]);
    expect(find({ ...elsewhere, users: refused('iam:GetAccountSummary') }, HYBRID)).toMatchObject([
      { state: 'unread' },
    ]);
  });
});
