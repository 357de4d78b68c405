import * as v from 'valibot';
import type { ReadHistory } from '../../rule/aws/cloudtrail.ts';
import type { Iam, IamUser } from '../../rule/aws/iam.ts';
import { evaluateUser } from '../../rule/evaluation/evaluate-user.ts';
import { readKeys, readRequired } from '../../rule/evaluation/read-user.ts';
import { NO_READS, type UserKeys } from '../../rule/evaluation/user-rule.ts';
import { type AccessKey, sortKeysBy } from '../../rule/keys/access-key.ts';
import { readOnce } from './read-once.ts';
import { recommend } from './recommendation.ts';
import type { Recommendation, ScannedKey, ScanResult } from './result.ts';
import type { DeployedRule } from './rules.ts';

/** A user, its keys, and the calls with which they were read. */
export type ScannedUser = {
  readonly user: UserKeys;
  readonly iam: Iam;
  readonly AccessKeys: readonly ScannedKey[];
};

/** Lists a failure, and what is missing because of it. */
export type Fail = (missing: string, cause: unknown, user?: IamUser) => void;

/** An evaluation of one account. */
export type UserContext = {
  readonly AccountId: string;
  readonly region?: string | undefined;
  readonly at: Date;
  readonly rules: readonly DeployedRule[];
  /** Reads the event history once. */
  readonly readHistory: ReadHistory;
  readonly fail: Fail;
};

const toScannedKey = (
  { LastUsedDate, ServiceName, Region, CreateDate, ...key }: AccessKey,
  isRead: boolean,
): ScannedKey => ({
  AccessKeyId: key.AccessKeyId,
  Status: key.Status,
  CreateDate: CreateDate.toISOString(),
  ...(!isRead && { IsLastUseUnread: true }),
  ...(LastUsedDate !== undefined && { LastUsedDate: LastUsedDate.toISOString() }),
  ...(ServiceName !== undefined && { ServiceName }),
  ...(Region !== undefined && { Region }),
});

/** Reads the last use of every key, also of those whose last use no rule requires. */
const ALL_LAST_USES = { ...NO_READS, lastUse: ({ keys }: UserKeys) => keys };

/** Reads a user's keys and their last use. Returns undefined if IAM no longer has a user with this name. */
export const readScannedUser = async (
  allUsers: Iam,
  listed: IamUser,
  { fail }: Pick<UserContext, 'fail'>,
): Promise<ScannedUser | undefined> => {
  const iam = readOnce(allUsers, listed);
  const user = await readKeys(iam, listed);
  if (user === undefined) return undefined;
  const toKeys = (keys: readonly AccessKey[], isRead: boolean) =>
    sortKeysBy(keys, ({ CreateDate }) => CreateDate).map((key) => toScannedKey(key, isRead));
  try {
    const complete = await readRequired(iam, user, ALL_LAST_USES);
    // The keys have been read again if one of them was deleted meanwhile.
    const current = complete && (await readKeys(iam, listed));
    return current && { user: current, iam, AccessKeys: toKeys(complete.keys, true) };
  } catch (cause) {
    fail('the last use of its keys', cause, user);
    return { user, iam, AccessKeys: toKeys(user.keys, false) };
  }
};

const RecordedType = v.picklist(['COMPLIANT', 'NON_COMPLIANT']);

const recommendIfViolated = async (
  ComplianceType: ScanResult['ComplianceType'],
  deployed: DeployedRule,
  { user, iam, ...context }: ScannedUser & UserContext,
): Promise<Recommendation> => {
  if (ComplianceType === 'COMPLIANT') return { Action: 'None' };
  try {
    const { AccountId: accountId, region, at, readHistory } = context;
    return await recommend(deployed, user, { iam, accountId, region, at, readHistory });
  } catch (cause) {
    context.fail(`the recommendation of ${deployed.Rule}`, cause, user);
    return { Action: 'None', Reason: 'The plan could not be made: see the failures.' };
  }
};

/** Evaluates a user with one rule. Returns undefined if IAM no longer has a user with this name. */
const evaluateRule = async (
  deployed: DeployedRule,
  scanned: ScannedUser & UserContext,
): Promise<ScanResult | undefined> => {
  const { user, iam, AccessKeys, AccountId, at, readHistory } = scanned;
  const { UserId, UserName } = user;
  const rule = deployed.createRule(JSON.stringify(deployed.parameters), at);
  const history = rule.requiresHistory(user) ? await readHistory(at) : undefined;
  const result = await evaluateUser(user, { iam, rule }, { history });
  if (result === undefined) return undefined;
  const ComplianceType = v.parse(RecordedType, result.ComplianceType);
  const Recommendation = await recommendIfViolated(ComplianceType, deployed, scanned);
  const { Annotation = '' } = result;
  const { Rule } = deployed;
  return {
    AccountId,
    UserName,
    UserId,
    Rule,
    ComplianceType,
    Annotation,
    AccessKeys,
    Recommendation,
  };
};

/** Evaluates a user with every rule. Returns undefined if IAM no longer has a user with this name. */
export const evaluateScannedUser = async (
  scanned: ScannedUser,
  context: UserContext,
): Promise<readonly ScanResult[] | undefined> => {
  const results: ScanResult[] = [];
  for (const deployed of context.rules) {
    try {
      const result = await evaluateRule(deployed, { ...context, ...scanned });
      if (result === undefined) return undefined;
      results.push(result);
    } catch (cause) {
      context.fail(`the result of ${deployed.Rule}`, cause, scanned.user);
    }
  }
  return results;
};
