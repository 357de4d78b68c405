import * as v from 'valibot';
import { makePlan } from '../../../remediation/planner/make-plan.ts';
import type { Plan } from '../../../remediation/plans/plan.ts';
import type { Iam } from '../../../rule/aws/iam.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import {
  historyBegins,
  type KeyHistory,
  readStatusChange,
} from '../../../rule/keys/key-history.ts';
import { policyName } from '../../local-account/iam/policies.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import type { LivedAccount } from './lived-account.ts';

const Rules = v.object({ ConfigRules: v.tuple([v.object({ InputParameters: v.string() })]) });

/** Reads the state of the account itself, without a call that the account records. */
const iamOf = ({ iam: { users } }: LivedAccount): Iam => {
  const named = (UserName: string) => users.get(UserName.toLowerCase());
  const keyOf = ({ lastUsed: _, ...key }: LocalUser['keys'][number]): AccessKey => key;
  return {
    listUsers: async function* () {
      yield* users.values();
    },
    findUsers: async (ids) => {
      const found = [...users.values()].filter(({ UserId }) => ids.has(UserId));
      return new Map(found.map((user) => [user.UserId, user]));
    },
    countUsers: async () => users.size,
    getUser: async (UserName) => named(UserName),
    listAccessKeys: async (UserName) => named(UserName)?.keys.map(keyOf),
    getTag: async () => ({ value: undefined }),
    getQuarantinePolicy: async (UserName) => ({
      name: Array.from(named(UserName)?.attachedPolicies ?? [], policyName)[0],
    }),
    withLastUse: async (key) => {
      const owners = [...users.values()].flatMap(({ keys }) => keys);
      return { ...key, ...owners.find((one) => one.AccessKeyId === key.AccessKeyId)?.lastUsed };
    },
  };
};

const historyOf = ({ cloudtrail }: LivedAccount, at: Date): KeyHistory => {
  const from = historyBegins(at);
  const records = cloudtrail.history.map(({ record }) => record);
  const changes = records
    .filter(({ eventTime }) => Date.parse(eventTime) >= from.getTime())
    .flatMap((record) => readStatusChange(JSON.stringify(record)) ?? []);
  return { from, isComplete: true, changes };
};

/** Plans like automatic mode, with the planner's own code, from the state of the account now. */
export const planNow = async (
  account: LivedAccount,
  users: readonly LocalUser[],
): Promise<ReadonlyMap<string, Plan>> => {
  const at = new Date();
  const ConfigRuleName = account.output('ConfigRuleName');
  const request = { ConfigRuleNames: [ConfigRuleName] };
  const described = account.config.operations.DescribeConfigRules?.(request, 'test');
  const [{ InputParameters }] = v.parse(Rules, described).ConfigRules;
  const history = historyOf(account, at);
  const sources = {
    iam: iamOf(account),
    config: { getInputParameters: async () => InputParameters },
    readHistory: async () => history,
    deactivationRoleArn: account.output('DeactivationRoleArn'),
    accountId: account.accountId,
    requiresCompleteHistory: true,
  };
  const plans = users.map(async ({ UserId, UserName }): Promise<[string, Plan]> => {
    const input = {
      ...({ Runbook: 'DeactivateAccessKey', UserId, UserName, AccessKeyId: undefined } as const),
      ...{ DryRun: false, MinimumIdleDays: undefined },
      ...{ ConfigRuleName, InactiveConfigRuleName: ConfigRuleName },
    };
    return [UserId, await makePlan(input, sources, at)];
  });
  return new Map(await Promise.all(plans));
};
