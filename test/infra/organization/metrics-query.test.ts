import { describe, expect, it } from 'vitest';
import { byAccount, ofAllAccounts } from '../../../infra/organization/roll-up.ts';

const question = { metric: 'Violations', statistic: 'MAX', configRuleName: 'keys' } as const;

describe('what the metrics of all accounts are asked', () => {
  it('is one number of all', () => {
    expect(ofAllAccounts(question)).toBe(
      `SELECT MAX(Violations) FROM SCHEMA("IamUserSingleAccessKey", ConfigRuleName) WHERE ConfigRuleName = 'keys'`,
    );
  });

  it.each(['DESC', 'ASC'] as const)('is a number of each account, %s', (order) => {
    expect(byAccount(question, order, 10)).toBe(
      `${ofAllAccounts(question)} GROUP BY AWS.AccountId ORDER BY MAX() ${order} LIMIT 10`,
    );
  });
});
