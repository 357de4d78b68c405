import {
  ConfigServiceClient,
  paginateGetComplianceDetailsByConfigRule,
  StartConfigRulesEvaluationCommand,
  StartRemediationExecutionCommand,
} from '@aws-sdk/client-config-service';
import type { LocalAccount } from '../account.ts';
import { type Ended, endOf } from './runbook.ts';
import type { Result } from './show.ts';
import { actUntilRest, type Stage, TWO_MINUTES } from './stage.ts';

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
