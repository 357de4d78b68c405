import { type SynthesizedStack, synthesize } from '../local-account/deploy/synthesize.ts';
import { at, daysBefore } from '../support/build.ts';
import { createFaultyAccount, type FaultyAccount } from './faulty-account.ts';
import { EXEMPTION_TAG } from './invariants.ts';
import { beginTime, passTime } from './virtual-time.ts';

let stack: SynthesizedStack | undefined;

/** Synthesizes the stack of the matrix once per process, with Security Hub, an exemption tag and a topic for messages. */
export const synthesizeReliable = (): SynthesizedStack => {
  process.env['CDK_VALIDATION'] = 'false';
  stack ??= synthesize({
    ...{ dashboard: false, securityHubFindings: true, exemptionTagKey: EXEMPTION_TAG },
    notificationTopicArn: 'arn:aws:sns:us-east-1:123456789012:keys',
  });
  return stack;
};

const DAY = 86_400_000;

/** How many days before `at` the inactive keys were deactivated. */
const DEACTIVATED = 42;

const old = {
  CreateDate: daysBefore(400),
  lastUsed: { LastUsedDate: daysBefore(100), ServiceName: 's3', Region: 'us-east-1' },
};
const newer = {
  CreateDate: daysBefore(100),
  lastUsed: { LastUsedDate: daysBefore(43), ServiceName: 's3', Region: 'us-east-1' },
};

/** The available users. */
const USERS = {
  alice: { keys: [old, old, newer], isDeactivated: true },
  carol: { keys: [old, old, newer], isDeactivated: true, tags: { [EXEMPTION_TAG]: '2026-12-31' } },
  dave: { keys: [old, newer], isDeactivated: false },
  erin: { keys: [old, old, newer], isDeactivated: true },
  gina: { keys: [old, newer], isDeactivated: true },
} as const;

export type UserName = keyof typeof USERS;

/** Creates an account with these users, the event history of their keys, and the stack, deployed at `at`. */
export const createSmallAccount = async (
  stack: SynthesizedStack,
  { users, trail = false }: { readonly users: readonly UserName[]; readonly trail?: boolean },
): Promise<FaultyAccount> => {
  beginTime(new Date(at.getTime() - DEACTIVATED * DAY));
  const account = await createFaultyAccount(stack, { trail });
  for (const name of users) {
    const { isDeactivated, ...seed } = USERS[name];
    account.iam.seedUser({ UserName: name, ...seed });
    if (isDeactivated) await setStatus(account, name, 0, 'Inactive');
  }
  await passTime(DEACTIVATED * DAY);
  account.deploy();
  return account;
};

/** Returns the id of a user's key by its index. */
export const keyOf = ({ iam }: FaultyAccount, name: string, place: number): string =>
  iam.users.get(name)?.keys[place]?.AccessKeyId ?? '';

/** Sets the status of a user's key as an operator. */
export const setStatus = (
  account: FaultyAccount,
  UserName: string,
  place: number,
  Status: 'Active' | 'Inactive',
) => {
  const AccessKeyId = keyOf(account, UserName, place);
  return account.operate('UpdateAccessKey', { UserName, AccessKeyId, Status });
};

/** Deletes a user and all its keys as an operator. */
export const deleteUser = async (account: FaultyAccount, UserName: string): Promise<void> => {
  for (const { AccessKeyId } of [...(account.iam.users.get(UserName)?.keys ?? [])])
    await account.operate('DeleteAccessKey', { UserName, AccessKeyId });
  await account.operate('DeleteUser', { UserName });
};
