import {
  ConfigServiceClient,
  paginateGetComplianceDetailsByConfigRule,
  StartConfigRulesEvaluationCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import { CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import type { Result } from './show.ts';
import { actUntilRest, type Stage, TWO_MINUTES } from './stage.ts';

/** How an execution of a runbook ended: the outcome, why, and the command that undoes it. */
export type Ended = {
  readonly outcome: string;
  readonly reason: string;
  readonly undoCommand: string | undefined;
};

const Started = v.object({ AutomationExecutionId: v.string() });

/** The end of a step's failure message, without what Systems Manager puts around it. */
const reasonOf = (failureMessage = ''): string =>
  failureMessage
    .replace(/^[\s\S]*?Error - /, '')
    .replace(/\. Please refer to [\s\S]*$/, '')
    .trim();

/** Reads how an execution ended; of one that failed, the outcome stands before the colon. */
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

/** What a person does in the Systems Manager console: starts a runbook, and reads how it ended. */
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
  const output = await actUntilRest(stage, () =>
    account.call({
      service: 'ssm',
      operation: 'StartAutomationExecution',
      input: { DocumentName, Parameters },
      principal: 'operator',
    }),
  );
  return endOf(account.ssm.execution(v.parse(Started, output).AutomationExecutionId));
};

const MINUTE = 60_000;

const lastStart = ({ calls }: LocalAccount) =>
  calls.findLast(
    ({ operation, errorCode }) =>
      operation === 'StartConfigRulesEvaluation' && errorCode === undefined,
  );

/** Who makes and changes the access keys of a user, through IAM's own API, and waits for what comes of it. */
export const createKeyOwner = (stage: Stage, UserName: string) => {
  const { account, clock } = stage;
  const client = new IAMClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  });
  const keys = () => account.iam.users.get(UserName)?.keys ?? [];

  return {
    keys,
    createKey: () => client.send(new CreateAccessKeyCommand({ UserName })),
    activateKey: (AccessKeyId: string) =>
      client.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Active' })),
    /** Signs a request with the key, of which IAM only tells when and for what. */
    useKey: (AccessKeyId: string) => {
      const lastUsed = { LastUsedDate: clock.now(), ServiceName: 's3', Region: account.region };
      for (const key of keys()) if (key.AccessKeyId === AccessKeyId) key.lastUsed = lastUsed;
    },
    /** Acts, lets its event take its way, and says how many minutes of the account the evaluation began later. */
    untilEvaluated: async (act: () => Promise<unknown>): Promise<number> => {
      const acted = await actUntilRest(stage, async () => {
        await act();
        return account.calls.at(-1)?.at.getTime() ?? 0;
      });
      const started = lastStart(account)?.at.getTime() ?? 0;
      if (started > acted) return (started - acted) / MINUTE;
      throw new Error('expected the event to start an evaluation, got none');
    },
  };
};

/** Who owns the keys of one user. */
export type KeyOwner = ReturnType<typeof createKeyOwner>;

const createClient = ({ endpoint, region }: LocalAccount) =>
  new ConfigServiceClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  });

/** What a person does with one rule in the Config console, through the same API. */
export const createOperator = (stage: Stage, ConfigRuleName: string) => {
  const { account, clock } = stage;
  const client = createClient(account);
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
      await actUntilRest(stage, () => client.send(start));
      return endOf(account.ssm.execution(latestExecution));
    },
  };
};

/** A person at the Config console of one rule. */
export type Operator = ReturnType<typeof createOperator>;
