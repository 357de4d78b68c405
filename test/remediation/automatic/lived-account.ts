import type { SynthesizedStack } from '../../local-account/deploy/synthesize.ts';
import type { LocalUser } from '../../local-account/iam/users.ts';
import { createFaultyAccount } from '../../reliability/faulty-account.ts';
import { beginTime, passTime, until } from '../../reliability/virtual-time.ts';
import { type Life, lastDueBefore, SLOTS } from './lives.ts';

const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

/** The settings of automatic mode, with a topic for its messages. */
export const SETTINGS = {
  ...{ dashboard: false, keyEvents: false, triggers: 'schedule', automaticRemediation: true },
  notificationTopicArn: 'arn:aws:sns:us-east-1:123456789012:keys',
};

/** The midnight before the first day. */
const START = Date.parse('2026-01-31T00:00:00Z');
const TERRAFORM = 'APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.60.0';
const QUARANTINE = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
const USE = { ServiceName: 's3', Region: 'us-east-1' };

/** A successful change of a status, with the number of active keys that the user then has. */
export type Write = {
  readonly at: number;
  readonly isByRunbook: boolean;
  readonly user: LocalUser;
  readonly AccessKeyId: string;
  readonly Status: string;
  readonly active: number;
};

/** A use of a key by anybody. */
type Use = { readonly AccessKeyId: string; readonly at: number };

const instantOf = (day: number, minute = 0) => new Date(START + day * DAY + minute * MINUTE);

const seedOf = ({ keys }: Life, index: number) => ({
  UserName: `user-${index}`,
  keys: keys.map(({ createdDays, job }) => {
    const CreateDate = instantOf(-createdDays, SLOTS[0]);
    const LastUsedDate = job && instantOf(lastDueBefore(job), SLOTS[job.slot]);
    const isUsed = LastUsedDate !== undefined && LastUsedDate > CreateDate;
    return { CreateDate, ...(isUsed && { lastUsed: { ...USE, LastUsedDate } }) };
  }),
});

/** Creates an account whose users live their lives, with the stack deployed on the first morning. */
export const createLivedAccount = async (stack: SynthesizedStack, lives: readonly Life[]) => {
  beginTime(new Date(START));
  const options = { pageSize: undefined, schedules: true, cloudTrailDelay: 15 * MINUTE };
  const account = await createFaultyAccount(stack, options);
  account.sns.createTopic('keys');
  const users = lives.map((life, index) => account.iam.seedUser(seedOf(life, index)));
  const passTo = (day: number, minute: number) =>
    passTime(instantOf(day, minute).getTime() - Date.now());
  await passTo(0, 720);
  account.deploy();
  // The rule on inactive keys has no part in this.
  account.lose('InactiveRuleEvaluator');
  const role = account.output('DeactivationRoleArn').split('/').at(-1);
  const writes: Write[] = [];
  const uses = users.flatMap(({ keys }) =>
    keys.flatMap(({ AccessKeyId, lastUsed }) =>
      lastUsed ? [{ AccessKeyId, at: lastUsed.LastUsedDate.getTime() }] : [],
    ),
  );

  const { UpdateAccessKey } = account.iam.operations;
  account.register('iam', {
    UpdateAccessKey: (input, principal) => {
      const output = UpdateAccessKey?.(input, principal);
      const { UserName, AccessKeyId, Status } = Object(input);
      const user = users.find((one) => one.UserName === UserName);
      if (user === undefined) throw new Error(`expected a user, got ${UserName}`);
      const active = user.keys.filter((key) => key.Status === 'Active').length;
      const isByRunbook = principal === role;
      writes.push({ at: Date.now(), isByRunbook, user, AccessKeyId, Status, active });
      return output;
    },
  });

  return {
    ...account,
    users,
    passTo,
    writes: writes as readonly Write[],
    uses: uses as readonly Use[],
    /** Uses a key if it is active. */
    use: ({ keys }: LocalUser, AccessKeyId: string) => {
      if (keys.every((one) => one.AccessKeyId !== AccessKeyId || one.Status !== 'Active')) return;
      account.iam.recordUse(AccessKeyId, USE);
      uses.push({ AccessKeyId, at: Date.now() });
    },
    setStatus: (user: LocalUser, AccessKeyId: string, Status: 'Active' | 'Inactive') => {
      const input = { UserName: user.UserName, AccessKeyId, Status };
      return account.operate('UpdateAccessKey', input);
    },
    /** Sets a key to Active as Terraform does. */
    applyTerraform: (user: LocalUser, AccessKeyId: string) => {
      const input = { UserName: user.UserName, AccessKeyId, Status: 'Active' };
      const call = { service: 'iam', operation: 'UpdateAccessKey', input } as const;
      return until(account.call({ ...call, principal: 'operator', userAgent: TERRAFORM }));
    },
    quarantine: ({ UserName }: LocalUser, operation: 'AttachUserPolicy' | 'DetachUserPolicy') =>
      account.operate(operation, { UserName, PolicyArn: QUARANTINE }),
    /** Starts the runbook that makes a key active again. */
    reactivate: ({ UserId }: LocalUser, AccessKeyId: string) => {
      const given = {
        ...{ UserId, AccessKeyId, AllowSecondActiveKey: 'true' },
        AutomationAssumeRole: account.output('ReactivationRoleArn'),
      };
      const Parameters = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name, [value]]),
      );
      const input = { DocumentName: account.output('ReactivationRunbookName'), Parameters };
      const call = { service: 'ssm', operation: 'StartAutomationExecution', input } as const;
      return until(account.call({ ...call, principal: 'operator' }));
    },
  };
};

export type LivedAccount = Awaited<ReturnType<typeof createLivedAccount>>;
