import {
  ConfigServiceClient,
  paginateGetComplianceDetailsByConfigRule,
  StartConfigRulesEvaluationCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import { CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import type { createClock } from '../clock.ts';
import type { Result } from './show.ts';

const Outputs = v.object({
  ConfigRuleName: v.string(),
  InactiveConfigRuleName: v.string(),
  DeactivationRunbookName: v.string(),
  DeactivationRoleArn: v.string(),
  ReactivationRunbookName: v.string(),
  ReactivationRoleArn: v.string(),
});

/** The outputs of the deployed stack that the demo uses. */
export type Outputs = v.InferOutput<typeof Outputs>;

/** Reads the outputs; throws when one is missing. */
export const readOutputs = (outputs: unknown): Outputs => v.parse(Outputs, outputs);

/** Milliseconds. */
export const DAY = 86_400_000;

/** Milliseconds until CloudTrail delivers an event. */
export const CLOUD_TRAIL_DELAY = 3 * 60_000;

/** Milliseconds that the deletion runbook waits. */
const HALF_AN_HOUR = 30 * 60_000;

/** Milliseconds between two evaluations; AWS Config allows one per minute. */
const TWO_MINUTES = 2 * 60_000;

/** The account of the demo and its clock. */
export type Stage = {
  readonly account: LocalAccount;
  readonly clock: Pick<ReturnType<typeof createClock>, 'now' | 'advance' | 'slowDown'>;
};

/** Performs an action and waits until the work and the events that it causes have ended. */
const actAndSettle = async <Result>(
  { account, clock }: Stage,
  act: () => Promise<Result>,
): Promise<Result> => {
  // The steps of a runbook take real seconds, in which its own events must not arrive.
  const result = await clock.slowDown(async () => {
    const answer = await act();
    await account.ssm.settled();
    // Only the deletion runbook sleeps, for half an hour.
    clock.advance(HALF_AN_HOUR);
    await account.ssm.settled();
    await account.config.settled();
    return answer;
  });
  clock.advance(CLOUD_TRAIL_DELAY);
  await account.settled();
  return result;
};

/** The result of a runbook execution: the outcome, its reason, and the command that undoes it. */
export type Ended = {
  readonly outcome: string;
  readonly reason: string;
  readonly undoCommand: string | undefined;
};

const Started = v.object({ AutomationExecutionId: v.string() });

/** Removes the text that Systems Manager adds to the error of a step. */
const reasonOf = (failureMessage = ''): string =>
  failureMessage
    .replace(/^[\s\S]*?Error - /, '')
    .replace(/\. Please refer to [\s\S]*$/, '')
    .trim();

/** Reads the result of an execution. A failure message has the outcome before the colon. */
export const endOf = (execution: ReturnType<LocalAccount['ssm']['execution']>): Ended => {
  const output = (name: string) => execution.Outputs[`Report.${name}`]?.[0] ?? '';
  if (execution.AutomationExecutionStatus === 'Success')
    return {
      outcome: output('Outcome'),
      reason: output('Reason'),
      undoCommand: output('UndoCommand'),
    };
  const [outcome = '', ...reason] = reasonOf(execution.FailureMessage).split(': ');
  return { outcome, reason: reason.join(': '), undoCommand: undefined };
};

/** Starts a runbook, as a person does in the Systems Manager console, and returns its result. */
export const startRunbook = async (
  stage: Stage,
  DocumentName: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Ended> => {
  const { account, clock } = stage;
  clock.advance(TWO_MINUTES);
  const Parameters = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, [value]]),
  );
  const output = await actAndSettle(stage, () =>
    account.call({
      service: 'ssm',
      operation: 'StartAutomationExecution',
      input: { DocumentName, Parameters },
      principal: 'operator',
    }),
  );
  return endOf(account.ssm.execution(v.parse(Started, output).AutomationExecutionId));
};

const lastStart = ({ calls }: LocalAccount) =>
  calls.findLast(
    ({ operation, errorCode }) =>
      operation === 'StartConfigRulesEvaluation' && errorCode === undefined,
  );

/** Creates the owner of a user's access keys, who changes them through the IAM API. */
export const createKeyOwner = (stage: Stage, UserName: string) => {
  const { account, clock } = stage;
  const client = new IAMClient(account.clientConfig);
  const keys = () => account.iam.users.get(UserName)?.keys ?? [];

  return {
    keys,
    createKey: () => client.send(new CreateAccessKeyCommand({ UserName })),
    activateKey: (AccessKeyId: string) =>
      client.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Active' })),
    /** Uses the key. IAM shows only the time, the Region and the service of the last use. */
    useKey: (AccessKeyId: string) => {
      const lastUsed = { LastUsedDate: clock.now(), ServiceName: 's3', Region: account.region };
      for (const key of keys()) if (key.AccessKeyId === AccessKeyId) key.lastUsed = lastUsed;
    },
    /** Performs an action, and throws if its event starts no evaluation. */
    untilEvaluated: async (act: () => Promise<unknown>): Promise<void> => {
      await act();
      const acted = account.calls.at(-1)?.at.getTime() ?? 0;
      clock.advance(CLOUD_TRAIL_DELAY);
      await account.settled();
      const started = lastStart(account)?.at.getTime() ?? 0;
      if (started <= acted) throw new Error('expected the event to start an evaluation, got none');
    },
  };
};

/** The owner of the keys of one user. */
export type KeyOwner = ReturnType<typeof createKeyOwner>;

/** Creates a person who uses one rule in the Config console, through the same API. */
export const createOperator = (stage: Stage, ConfigRuleName: string) => {
  const { account, clock } = stage;
  const client = new ConfigServiceClient(account.clientConfig);
  const users = [...account.iam.users.values()];
  const nameOf = (id = '') => users.find(({ UserId }) => UserId === id)?.UserName ?? id;
  let latestExecution = '';
  account.ssm.onStep((_, id) => {
    latestExecution = id;
  });

  const readResults = async (): Promise<Result[]> => {
    const config = { client, pageSize: 100 };
    const results: Result[] = [];
    for await (const page of paginateGetComplianceDetailsByConfigRule(config, { ConfigRuleName }))
      for (const { EvaluationResultIdentifier: id, ...result } of page.EvaluationResults ?? [])
        results.push({
          userName: nameOf(id?.EvaluationResultQualifier?.ResourceId),
          complianceType: result.ComplianceType ?? '',
          annotation: result.Annotation ?? '',
        });
    return results.sort((one, other) => (one.userName < other.userName ? -1 : 1));
  };

  return {
    ConfigRuleName,
    readResults,
    evaluate: async () => {
      clock.advance(TWO_MINUTES);
      const ConfigRuleNames = [ConfigRuleName];
      await client.send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));
      await account.settled();
    },
    remediate: async (userName: string): Promise<Ended> => {
      clock.advance(TWO_MINUTES);
      const resourceId = account.iam.users.get(userName)?.UserId;
      const ResourceKeys = [{ resourceType: 'AWS::IAM::User' as const, resourceId }];
      const start = new StartRemediationExecutionCommand({ ConfigRuleName, ResourceKeys });
      await actAndSettle(stage, () => client.send(start));
      return endOf(account.ssm.execution(latestExecution));
    },
  };
};

/** A person who uses one rule in the Config console. */
export type Operator = ReturnType<typeof createOperator>;
