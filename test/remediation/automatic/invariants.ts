import * as v from 'valibot';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { parseAnnotation } from '../../../rule/single-access-key/annotation.ts';
import { planNow } from './live-plan.ts';
import { DAY, type LivedAccount, type Write } from './lived-account.ts';

/** The defaults of the rule and of CloudTrail, in days. */
const [MINIMUM_IDLE_DAYS, DAYS_OF_HISTORY] = [7, 90];

const Page = v.object({
  EvaluationResults: v.array(
    v.object({
      ComplianceType: v.string(),
      Annotation: v.optional(v.string(), ''),
      ResultRecordedTime: v.date(),
      EvaluationResultIdentifier: v.object({
        EvaluationResultQualifier: v.object({ ResourceId: v.string() }),
      }),
    }),
  ),
  NextToken: v.optional(v.string()),
});
type Result = v.InferOutput<typeof Page>['EvaluationResults'][number];

/** Reads the recorded results by user id. */
const recordedIn = ({ config, output }: LivedAccount): ReadonlyMap<string, Result> => {
  const ConfigRuleName = output('ConfigRuleName');
  const read = (NextToken?: string): [string, Result][] => {
    const input = { ConfigRuleName, Limit: 100, NextToken };
    const page = v.parse(Page, config.operations.GetComplianceDetailsByConfigRule(input, 'test'));
    const results = page.EvaluationResults.map((result): [string, Result] => [
      result.EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId,
      result,
    ]);
    return page.NextToken === undefined ? results : [...results, ...read(page.NextToken)];
  };
  return new Map(read());
};

/** What is wrong with a deactivation by the runbook, judged by the writes and uses before it. */
const judge = ({ writes, uses }: LivedAccount, write: Write): string[] => {
  const { at, AccessKeyId, active } = write;
  const lastUse = uses.findLast((use) => use.AccessKeyId === AccessKeyId)?.at ?? 0;
  const earlier = writes.filter((one) => one.AccessKeyId === AccessKeyId && one.at < at);
  const begin = earlier.findIndex((one) => one.isByRunbook && one.Status === 'Inactive');
  const reactivated = earlier
    .slice(begin < 0 ? earlier.length : begin)
    .find(
      (one) => !one.isByRunbook && one.Status === 'Active' && one.at >= at - DAYS_OF_HISTORY * DAY,
    );
  return [
    ...(at - lastUse < MINIMUM_IDLE_DAYS * DAY ? [`used at ${new Date(lastUse).toJSON()}`] : []),
    ...(reactivated ? [`reactivated at ${new Date(reactivated.at).toJSON()}`] : []),
    ...(active === 0 ? ['the last active key'] : []),
  ].map((what) => `${write.user.UserName}: ${AccessKeyId} was deactivated, but ${what}`);
};

/** Whether a recorded result and a plan that is made at the same time say the same. */
const agree = (result: Result | undefined, { Outcome, AccessKeyId, Reason }: Plan): boolean => {
  const recorded = parseAnnotation(result?.Annotation ?? '');
  if (Outcome === 'NothingToDo') return result?.ComplianceType === 'COMPLIANT';
  if (result?.ComplianceType !== 'NON_COMPLIANT') return false;
  if (Outcome === 'Refused' && !Reason.includes('was reactivated'))
    return recorded?.recommendation === 'NameKey';
  return recorded?.recommendation === 'Remediate' && recorded.AccessKeyId === AccessKeyId;
};

/** Watches automatic mode. Each function returns what is wrong. */
export const createWatch = (account: LivedAccount) => {
  const counts = { deactivated: 0, reactivated: 0, refused: 0, reported: 0, compared: 0 };
  /** The number of schedules for which a key that is to be deactivated has stayed active. */
  const overdue = new Map<string, number>();
  let [plans, results] = [new Map() as ReadonlyMap<string, Plan>, recordedIn(account)];
  let [scheduled, written, published] = [0, 0, 0];

  const judgeDelay = (): string[] =>
    account.users.flatMap(({ UserId, UserName, keys }) => {
      const plan = plans.get(UserId);
      const planned = keys.find(({ AccessKeyId }) => AccessKeyId === plan?.AccessKeyId);
      const isLeft = plan?.Outcome === 'Deactivate' && planned?.Status === 'Active';
      overdue.set(UserName, isLeft ? (overdue.get(UserName) ?? 0) + 1 : 0);
      return overdue.get(UserName) === 2
        ? [`${UserName}: ${plan?.Reason}, but it stays active`]
        : [];
    });

  const judgeReports = (): string[] => {
    const messages = account.sns.published.slice(published).map(({ Subject }) => Subject);
    return account.users.flatMap(({ UserId, UserName }) => {
      const result = results.get(UserId);
      const isNew = Number(result?.ResultRecordedTime) > scheduled;
      const isRefused =
        result?.ComplianceType === 'NON_COMPLIANT' && plans.get(UserId)?.Outcome === 'Refused';
      const expected = isNew && isRefused ? 1 : 0;
      const subject = `Access key not deactivated: ${UserName}`;
      const got = messages.filter((one) => one === subject).length;
      counts.refused += isRefused ? 1 : 0;
      counts.reported += got;
      return got === expected ? [] : [`${UserName}: expected ${expected} reports, got ${got}`];
    });
  };

  const judgeEnds = (): string[] => [
    ...account
      .executions()
      .filter(({ AutomationExecutionStatus: status }) => status !== 'Success')
      .map((one) => `execution ${one.AutomationExecutionStatus}: ${one.FailureMessage}`),
    ...account.lambda.deadLetters.map(({ functionName }) => `dead letter of ${functionName}`),
    ...account.calls
      .filter(({ operation }) => operation.includes('Remediation'))
      .map(({ operation }) => `${operation} was called`),
  ];

  return {
    counts,
    /** Looks at the account immediately before the schedule. */
    before: async () => {
      [plans, results] = [await planNow(account, account.users), recordedIn(account)];
      published = account.sns.published.length;
    },
    /** Judges what the schedule did. */
    after: (): string[] => {
      const fresh = account.writes.slice(written);
      written = account.writes.length;
      const deactivations = fresh.filter((one) => one.isByRunbook && one.Status === 'Inactive');
      counts.deactivated += deactivations.length;
      counts.reactivated += fresh.filter(({ Status }) => Status === 'Active').length;
      const problems = [
        ...deactivations.flatMap((write) => judge(account, write)),
        ...judgeDelay(),
        ...judgeReports(),
        ...judgeEnds(),
      ];
      scheduled = Math.floor(Date.now() / DAY) * DAY;
      return problems;
    },
    /** Compares the results of a sweep with plans. */
    compare: async (): Promise<string[]> => {
      const recorded = recordedIn(account);
      const fresh = await planNow(account, account.users);
      return account.users.flatMap(({ UserId, UserName }) => {
        const [result, plan] = [recorded.get(UserId), fresh.get(UserId)];
        counts.compared += 1;
        if (plan !== undefined && agree(result, plan)) return [];
        return [`${UserName}: ${result?.Annotation} is recorded, but ${plan?.Reason} is planned`];
      });
    },
  };
};
