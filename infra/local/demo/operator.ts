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

/** What a person does in the Config console, through the same API. */
export const createOperator = (account: LocalAccount, ConfigRuleName: string) => {
  const { endpoint, region } = account;
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  const client = new ConfigServiceClient({ endpoint, region, credentials });
  const nameOf = new Map(
    [...account.iam.users.values()].map((user) => [user.UserId, user.UserName]),
  );
  const executions: string[] = [];
  account.ssm.onStep((_, id) => {
    if (!executions.includes(id)) executions.push(id);
  });

  return {
    evaluate: async () => {
      await client.send(
        new StartConfigRulesEvaluationCommand({ ConfigRuleNames: [ConfigRuleName] }),
      );
      await account.settled();
    },

    readResults: async (): Promise<Result[]> => {
      const results: Result[] = [];
      const pages = paginateGetComplianceDetailsByConfigRule(
        { client, pageSize: 100 },
        { ConfigRuleName },
      );
      for await (const { EvaluationResults = [] } of pages)
        for (const {
          EvaluationResultIdentifier,
          ComplianceType = '',
          Annotation = '',
        } of EvaluationResults) {
          const id = EvaluationResultIdentifier?.EvaluationResultQualifier?.ResourceId ?? '';
          results.push({
            userName: nameOf.get(id) ?? id,
            complianceType: ComplianceType,
            annotation: Annotation,
          });
        }
      return results.sort((one, other) => (one.userName < other.userName ? -1 : 1));
    },

    remediate: async (userName: string): Promise<Remediated> => {
      const resourceId = account.iam.users.get(userName)?.UserId;
      const ResourceKeys = [{ resourceType: 'AWS::IAM::User' as const, resourceId }];
      await client.send(new StartRemediationExecutionCommand({ ConfigRuleName, ResourceKeys }));
      await account.settled();
      const execution = account.ssm.execution(executions.at(-1) ?? '');
      const output = (name: string) => execution.Outputs?.[`Report.${name}`]?.[0];
      if (execution.AutomationExecutionStatus === 'Success')
        return {
          outcome: output('Outcome') ?? '',
          reason: output('Reason') ?? '',
          undoCommand: output('UndoCommand'),
        };
      const [outcome = '', ...reason] = reasonOf(execution.FailureMessage).split(': ');
      return { outcome, reason: reason.join(': '), undoCommand: undefined };
    },
  };
};
