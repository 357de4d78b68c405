import * as v from 'valibot';
import { inactiveAccessKeyRule } from '../../rule/inactive-access-key/rule.ts';
import { ServiceError } from '../local-account/dispatch.ts';
import type { LocalAccessKey } from '../local-account/iam/users.ts';
import { trustOf } from './build.ts';
import { type EarlierKey, type KeyEvent, START } from './random-inactivity.ts';
import { RULE_NAME, ruleProperties } from './served-account.ts';
import { serveRule } from './served-rule.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const Page = v.object({
  Events: v.array(v.looseObject({ EventId: v.string(), CloudTrailEvent: v.string() })),
  NextToken: v.optional(v.string()),
});
const Record = v.looseObject({
  userIdentity: v.looseObject({}),
  requestParameters: v.nullable(v.looseObject({ userName: v.optional(v.string()) })),
});
const Details = v.object({
  EvaluationResults: v.array(
    v.object({
      ComplianceType: v.string(),
      Annotation: v.optional(v.string(), ''),
      EvaluationResultIdentifier: v.object({
        EvaluationResultQualifier: v.object({ ResourceId: v.string() }),
      }),
    }),
  ),
});

/** The recorded result of a user. */
export type Recorded = { readonly ComplianceType: string; readonly annotation: string };

/** A key, the time of its last change of status, and its changes with the times at which CloudTrail shows them. */
export type WatchedKey = {
  readonly key: LocalAccessKey;
  since: number;
  readonly changes: { readonly status: string; readonly at: number; readonly visible: number }[];
};

/** Rewrites an event as if the user had changed its own key, without a user name. */
const asOwner = (text: string): string => {
  const { requestParameters, ...record } = v.parse(Record, JSON.parse(text));
  const { userName: _, ...parameters } = requestParameters ?? {};
  const userIdentity = { ...record.userIdentity, type: 'IAMUser' };
  return JSON.stringify({ ...record, userIdentity, requestParameters: parameters });
};

/** Serves the rule on inactive keys in an account whose CloudTrail shows each change after a delay. */
export const serveKeyOwners = async (
  users: readonly (readonly EarlierKey[])[],
  policy: { readonly maxInactiveDays: number; readonly refreshDays: number },
) => {
  const rule = await serveRule({ createRule: inactiveAccessKeyRule });
  const InputParameters = Object.fromEntries(
    Object.entries(policy).map(([name, value]) => [name, String(value)]),
  );
  rule.config.putConfigRule({ ...ruleProperties(), InputParameters });
  rule.roles.create({
    RoleName: 'worker',
    AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
  });
  const before = (days: number) => new Date(START.getTime() - days * DAY);
  const owners = users.map((keys, index) =>
    rule.iam.seedUser({
      UserName: `user-${index}`,
      keys: keys.map(({ createdDays, usedDays, status }) => ({
        Status: status,
        CreateDate: before(createdDays),
        ...(usedDays !== undefined && {
          lastUsed: { LastUsedDate: before(usedDays), ServiceName: 's3', Region: 'us-east-1' },
        }),
      })),
    }),
  );
  const keys: readonly WatchedKey[] = owners.flatMap((owner) =>
    owner.keys.map((key) => ({ key, since: before(95).getTime(), changes: [] })),
  );

  /** Visible events by event id. */
  const shown = new Map<string, { readonly visible: number; readonly isByOwner: boolean }>();
  rule.interpose('LookupEvents', (_, proceed) => {
    const page = v.parse(Page, proceed());
    const Events = page.Events.flatMap((event) => {
      const how = shown.get(event.EventId);
      if (how === undefined || how.visible > rule.clock.now.getTime()) return [];
      return how.isByOwner ? { ...event, CloudTrailEvent: asOwner(event.CloudTrailEvent) } : event;
    });
    return { ...page, Events };
  });

  const use = ({ key }: WatchedKey, LastUsedDate: Date) => {
    if (key.Status === 'Active')
      key.lastUsed = { LastUsedDate, ServiceName: 's3', Region: 'us-east-1' };
  };

  const set = async (watched: WatchedKey, { does, by, delay }: KeyEvent, at: Date) => {
    const { key } = watched;
    const UserName = owners.find((owner) => owner.keys.includes(key))?.UserName;
    const input = { UserName, AccessKeyId: key.AccessKeyId, Status: does };
    const service = 'iam';
    const operation = 'UpdateAccessKey';
    const code = { 'nobody: denied': 'AccessDenied', 'nobody: failed': 'ServiceFailure' }[
      by as string
    ];
    if (code !== undefined)
      rule.faults.fail({ service, operation, error: new ServiceError(code, 'no', 403) });
    const principal = by === 'a role' ? 'worker' : 'operator';
    const status = key.Status;
    const called = rule.dispatcher.call({ service, operation, input, principal });
    await called.catch((error: unknown) => {
      if (code === undefined) throw error;
    });
    rule.faults.clear();
    const visible = at.getTime() + delay * MINUTE;
    const eventID = rule.cloudtrail.history.at(-1)?.record.eventID ?? '';
    shown.set(eventID, { visible, isByOwner: by === 'the user itself' });
    if (code !== undefined) return;
    watched.changes.push({ status: does, at: at.getTime(), visible });
    if (status !== does) watched.since = at.getTime();
  };

  const readRecorded = (): ReadonlyMap<string, Recorded> => {
    const { GetComplianceDetailsByConfigRule } = rule.config.operations;
    const input = { ConfigRuleName: RULE_NAME, Limit: 100 };
    const { EvaluationResults } = v.parse(Details, GetComplianceDetailsByConfigRule(input, 'test'));
    return new Map(
      EvaluationResults.map(({ ComplianceType, Annotation, EvaluationResultIdentifier: id }) => [
        id.EvaluationResultQualifier.ResourceId,
        { ComplianceType, annotation: Annotation },
      ]),
    );
  };

  return {
    close: rule.close,
    users: owners.map(({ UserId, keys: own }) => ({
      UserId,
      keys: keys.filter(({ key }) => own.includes(key)),
    })),
    /** Applies an event to its key at its time. */
    take: async (event: KeyEvent) => {
      const at = new Date(START.getTime() + event.milliseconds);
      rule.clock.now = at;
      const watched = keys[event.key];
      if (watched === undefined) throw new Error(`expected one of ${keys.length} keys`);
      if (event.does === 'use') use(watched, at);
      else await set(watched, event, at);
    },
    /** Sweeps the account. Returns the recorded results before and after it by user id. */
    look: async (milliseconds: number) => {
      const at = START.getTime() + milliseconds;
      rule.clock.now = new Date(at);
      const before = readRecorded();
      await rule.sweep();
      return { at, before, after: readRecorded() };
    },
  };
};
