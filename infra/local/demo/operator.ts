import {
  ConfigServiceClient,
  paginateGetComplianceDetailsByConfigRule,
  StartConfigRulesEvaluationCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import type { LocalAccount } from '../account.ts';
import type { Result } from './show.ts';

/** How a remediation ended: the outcome, why, and the command that undoes it. */
export type Remediated = {
  readonly outcome: string;
  readonly reason: string;
  readonly undoCommand: string | undefined;
};

/** The end of a step's failure message, without what Systems Manager puts around it. */
const reasonOf = (failureMessage = ''): string =>
  failureMessage
    .replace(/^[\s\S]*?Error - /, '')
    .replace(/\. Please refer to [\s\S]*$/, '')
    .trim();

const remediated = (execution: ReturnType<LocalAccount['ssm']['execution']>): Remediated => {
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

const createClient = ({ endpoint, region }: LocalAccount) =>
  new ConfigServiceClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  });

/** What a person does in the Config console, through the same API. */
export const createOperator = (account: LocalAccount, ConfigRuleName: string) => {
  const client = createClient(account);
  const users = [...account.iam.users.values()];
  const nameOf = (id = '') => users.find(({ UserId }) => UserId === id)?.UserName ?? id;
  let latestExecution = '';
  account.ssm.onStep((_, id) => {
    latestExecution = id;
  });

  return {
    evaluate: async () => {
      const ConfigRuleNames = [ConfigRuleName];
      await client.send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames }));
      await account.settled();
    },

    readResults: async (): Promise<Result[]> => {
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
    },

    remediate: async (userName: string): Promise<Remediated> => {
      const resourceId = account.iam.users.get(userName)?.UserId;
      const ResourceKeys = [{ resourceType: 'AWS::IAM::User' as const, resourceId }];
      await client.send(new StartRemediationExecutionCommand({ ConfigRuleName, ResourceKeys }));
      await account.settled();
      return remediated(account.ssm.execution(latestExecution));
    },
  };
};
