import { isDeepStrictEqual } from 'node:util';
import type { Call, Operation } from '../local-account/dispatch.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import type { FaultyAccount } from './faulty-account.ts';

const DAY = 86_400_000;

/** The tag that exempts, and after how many days an inactive key has to go, as the stack of the matrix has them. */
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

/** When an inactive key was deactivated, by what was called. */
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

/** What is true of a user by a rule, told from the account itself and not from what anybody read of it. */
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

/** Watches all that is reported and written from now on: each breach of what never may happen is a line. */
export const watch = (account: FaultyAccount, planned?: readonly Write[]) => {
  const breaches: string[] = [];
  const writes: Write[] = [];

  interpose(account, 'config', ['PutEvaluations'], (proceed, input) => {
    const { ResultToken, Evaluations } = input as Reported;
    const rule = account.ruleOf(ResultToken) ?? '';
    for (const { ComplianceResourceId: id, ComplianceType: said } of Evaluations) {
      const truth = truthOf(account, rule, id);
      if (said !== truth) breaches.push(`${rule} said ${said} of ${id}, which is ${truth}`);
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
        breaches.push(`${principal} wrote ${JSON.stringify(write)}, which nobody planned`);
      for (const { UserName, keys } of before)
        if (keys.length > 0 && keys.every(({ Status }) => Status !== 'Active'))
          breaches.push(`${UserName} has no active key left`);
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

/** What Config holds of a rule, by the id of the user; read behind the account's back. */
const heldOf = ({ config }: FaultyAccount, ConfigRuleName: string) => {
  const read = (NextToken?: string): [string, string][] => {
    const input = { ConfigRuleName, NextToken };
    const page = config.operations.GetComplianceDetailsByConfigRule(input, 'test') as Details;
    const results = page.EvaluationResults.map((one): [string, string] => [
      one.EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId,
      `${one.ComplianceType} ${one.Annotation ?? ''}`,
    ]);
    return page.NextToken === undefined ? results : [...results, ...read(page.NextToken)];
  };
  return Object.fromEntries(read().toSorted());
};

/** How an account stands: its keys, what Config holds of them, and what Security Hub holds of that. */
export const stateOf = (account: FaultyAccount) => ({
  keys: Object.fromEntries(
    Array.from(account.iam.users.values(), ({ UserName, keys }) => [
      UserName,
      keys.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`),
    ]),
  ),
  held: heldOf(account, account.output('ConfigRuleName')),
  heldInactive: heldOf(account, account.output('InactiveConfigRuleName')),
  findings: Object.fromEntries(
    Array.from(account.securityHub.findings.values())
      .map((one): [string, string] => [
        one.Id,
        `${one.RecordState} ${one.Compliance?.Status} ${one.Description}`,
      ])
      .toSorted(),
  ),
});

/** The invocations of functions that failed so far, whether AWS tried again or not. */
export const failedInvocations = ({ lambda }: FaultyAccount): readonly string[] =>
  lambda.invocations.flatMap(({ functionName, result }) =>
    result.FunctionError === undefined ? [] : `${functionName}: ${result.Payload}`,
  );

/** What still tells of a failure when all is over: steps that did not succeed, and dead letters. */
export const toldFailures = (account: FaultyAccount): readonly string[] => [
  ...account.failedSteps,
  ...account.sqs
    .all()
    .filter(({ properties }) => properties.QueueName.includes('DeadLetter'))
    .flatMap((queue) => queue.messages().map(() => queue.properties.QueueName)),
];

/** Who says that a runbook has done its work: executions, and the messages of the topic. */
export const claimsOf = (account: FaultyAccount): readonly string[] => [
  ...account
    .executions()
    .filter(({ AutomationExecutionStatus: status }) => status === 'Success')
    .filter(({ Outputs }) => Outputs['Report.Outcome']?.[0] === 'Acted')
    .map(({ DocumentName }) => `${DocumentName} Acted`),
  ...account.sns.published
    .map(({ Subject = '' }) => Subject)
    .filter((subject) => !subject.includes('not verified')),
];
