import * as v from 'valibot';
import type { Foundation } from './account-foundation.ts';
import { createConfig } from './config/config.ts';
import { createIam } from './iam/iam.ts';
import { createLambda } from './lambda/lambda.ts';
import { createSsm } from './ssm/ssm.ts';

const FromRule = v.object({ configRuleArn: v.string() });
const Started = v.object({ AutomationExecutionId: v.string() });

/** The services of one account, wired to each other as they are in AWS. */
export const createServices = (foundation: Foundation) => {
  const { dispatcher, accountId } = foundation;
  const iam = createIam(foundation);
  const lambda = createLambda(foundation);
  const ssm = createSsm(foundation);
  const config = createConfig({
    ...foundation,
    iam,
    invokeFunction: (functionArn, event) =>
      lambda.invokeEvent(functionArn, event, {
        Principal: 'config.amazonaws.com',
        SourceAccount: accountId,
        SourceArn: v.parse(FromRule, event).configRuleArn,
      }),
    startAutomation: async (input) => {
      const request = { service: 'ssm', operation: 'StartAutomationExecution' } as const;
      const output = await dispatcher.call({ ...request, input, principal: 'operator' });
      return v.parse(Started, output).AutomationExecutionId;
    },
    automationExecution: ssm.execution,
  });
  dispatcher.register('iam', iam.operations);
  dispatcher.register('lambda', lambda.operations);
  dispatcher.register('ssm', ssm.operations);
  dispatcher.register('config', config.operations);
  return { iam, lambda, ssm, config };
};
