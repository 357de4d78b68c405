import { isDeepStrictEqual } from 'node:util';
import { conclusionOf } from '../../rule/evaluation/annotation.ts';
import type { Call, Operation } from '../local-account/dispatch.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import type { FaultyAccount } from './faulty-account.ts';

const DAY = 86_400_000;

/** Parameters of the deployed rules. */
export const EXEMPTION_TAG = 'keys-until';
const MAXIMUM_INACTIVE_DAYS = 30;

type Write = Pick<Call, 'operation' | 'input'>;
type Reported = {
  readonly ResultToken: string;
  readonly Evaluations: readonly {
    readonly ComplianceResourceId: string;
    readonly ComplianceType: string;
  }[];
};

const isExempt = ({ tags }: LocalUser): boolean => {
  const value = tags.get(EXEMPTION_TAG)?.Value;
  return value !== undefined && Date.parse(value) + DAY > Date.now();
};

const activeKeys = ({ keys }: LocalUser) => keys.filter(({ Status }) => Status === 'Active');

/** Returns when a key was deactivated, from the recorded calls. */
const inactiveSince = ({ calls }: FaultyAccount, AccessKeyId: string): number => {
  const last = calls.findLast(
    ({ operation, input, errorCode }) =>
      operation === 'UpdateAccessKey' &&
      errorCode === undefined &&
      (input as Record<string, unknown>)['AccessKeyId'] === AccessKeyId,
  );
  if (last === undefined) throw new Error(`expected a deactivation of ${AccessKeyId}, got none`);
  return last.at.getTime();
};

/** Returns the correct result for a user, from the state of the account. */
const truthOf = (account: FaultyAccount, rule: string, UserId: string): string => {
  const user = [...account.iam.users.values()].find((one) => one.UserId === UserId);
  if (user === undefined) return 'NOT_APPLICABLE';
  if (isExempt(user)) return 'COMPLIANT';
  if (rule === account.output('ConfigRuleName'))
    return activeKeys(user).length > 1 ? 'NON_COMPLIANT' : 'COMPLIANT';
  const oldest = Date.now() - MAXIMUM_INACTIVE_DAYS * DAY;
  const isTooLong = user.keys.some(
    ({ Status, AccessKeyId }) =>
      Status !== 'Active' && inactiveSince(account, AccessKeyId) <= oldest,
  );
  return isTooLong ? 'NON_COMPLIANT' : 'COMPLIANT';
};

const interpose = (
  account: FaultyAccount,
  service: 'iam' | 'config',
  names: readonly string[],
  act: (proceed: () => unknown, input: unknown, principal: string) => unknown,
) => {
  const operations: Readonly<Record<string, Operation>> = account[service].operations;
  for (const name of names) {
    const original = operations[name];
    if (original === undefined) throw new Error(`the account has no ${service}:${name}`);
    account.register(service, {
      [name]: (input, principal, region) =>
        act(() => original(input, principal, region), input, principal),
    });
  }
};

const WRITES = ['UpdateAccessKey', 'DeleteAccessKey', 'CreateAccessKey'];

/** Checks every reported result and every IAM write. Each violation of an invariant becomes a message. */
export const watch = (account: FaultyAccount, planned?: readonly Write[]) => {
  const breaches: string[] = [];
  const writes: Write[] = [];

  interpose(account, 'config', ['PutEvaluations'], (proceed, input) => {
    const { ResultToken, Evaluations } = input as Reported;
    const rule = account.ruleOf(ResultToken) ?? '';
    for (const { ComplianceResourceId: id, ComplianceType: said } of Evaluations) {
      const truth = truthOf(account, rule, id);
      if (said !== truth) breaches.push(`${rule} reported ${said} for ${id}, expected ${truth}`);
    }
    return proceed();
  });

  for (const operation of WRITES)
    interpose(account, 'iam', [operation], (proceed, input, principal) => {
      const users = [...account.iam.users.values()];
      const before = users.filter((user) => activeKeys(user).length > 0);
      const output = proceed();
      if (principal === 'operator') return output;
      const write = { operation, input };
      writes.push(write);
      if (planned?.every((one) => !isDeepStrictEqual(one, write)))
        breaches.push(`${principal} wrote ${JSON.stringify(write)}, which is not planned`);
      for (const { UserName, keys } of before)
        if (keys.length > 0 && keys.every(({ Status }) => Status !== 'Active'))
          breaches.push(`${UserName} has no active key`);
      return output;
    });

  return { breaches: breaches as readonly string[], writes: writes as readonly Write[] };
};

type Details = {
  readonly EvaluationResults: readonly {
    readonly ComplianceType: string;
    readonly Annotation?: string;
    readonly EvaluationResultIdentifier: {
      readonly EvaluationResultQualifier: { readonly ResourceId: string };
    };
  }[];
  readonly NextToken?: string;
};

/** Returns the recorded results of a rule by user id, without a recorded call. */
const recordedResults = ({ config }: FaultyAccount, ConfigRuleName: string) => {
  const read = (NextToken?: string): [string, string][] => {
    const input = { ConfigRuleName, NextToken };
    const page = config.operations.GetComplianceDetailsByConfigRule(input, 'test') as Details;
    const results = page.EvaluationResults.map((one): [string, string] => [
      one.EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId,
      `${one.ComplianceType} ${conclusionOf(one.Annotation) ?? ''}`,
    ]);
    return page.NextToken === undefined ? results : [...results, ...read(page.NextToken)];
  };
  return Object.fromEntries(read().toSorted());
};

/** Returns the state of an account: keys, recorded results, findings and announced violations. */
export const stateOf = (account: FaultyAccount) => ({
  keys: Object.fromEntries(
    Array.from(account.iam.users.values(), ({ UserName, keys }) => [
      UserName,
      keys.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`),
    ]),
  ),
  results: recordedResults(account, account.output('ConfigRuleName')),
  inactiveResults: recordedResults(account, account.output('InactiveConfigRuleName')),
  findings: Object.fromEntries(
    Array.from(account.securityHub.findings.values())
      .map((one): [string, string] => [
        one.Id,
        `${one.RecordState} ${one.Compliance?.Status} ${one.Description}`,
      ])
      .toSorted(),
  ),
  // A message may be repeated.
  announced: [
    ...new Set(
      account.sns.published
        .filter(({ attributes }) => attributes['event'] === 'NON_COMPLIANT')
        .map(({ Subject = '', attributes }) => `${Subject} ${attributes['configRuleName']}`),
    ),
  ].toSorted(),
});

/** Returns the failed invocations so far, including retried ones. */
export const failedInvocations = ({ lambda }: FaultyAccount): readonly string[] =>
  lambda.invocations.flatMap(({ functionName, result }) =>
    result.FunctionError === undefined ? [] : `${functionName}: ${result.Payload}`,
  );

/** Returns the failures that an operator can see: failed steps and dead letters. */
export const reportedFailures = (account: FaultyAccount): readonly string[] => [
  ...account.failedSteps,
  ...account.sqs
    .all()
    .filter(({ properties }) => properties.QueueName.includes('DeadLetter'))
    .flatMap((queue) => queue.messages().map(() => queue.properties.QueueName)),
];

/** The events of messages that claim success. */
const CLAIMS = new Set(['DEACTIVATED', 'REACTIVATED', 'DELETED']);

/** Returns the executions and notifications that claim success. */
export const claimsOf = (account: FaultyAccount): readonly string[] => [
  ...account
    .executions()
    .filter(({ AutomationExecutionStatus: status }) => status === 'Success')
    .filter(({ Outputs }) => Outputs['Report.Outcome']?.[0] === 'Acted')
    .map(({ DocumentName }) => `${DocumentName} Acted`),
  ...account.sns.published
    .filter(({ attributes }) => CLAIMS.has(attributes['event'] ?? ''))
    .map(({ Subject = '' }) => Subject),
];
