import * as v from 'valibot';
import { createEventServices } from './account-events.ts';
import type { Foundation } from './account-foundation.ts';
import { createTrails } from './cloudtrail/trails.ts';
import { createConfig } from './config/config.ts';
import { createIam } from './iam/iam.ts';
import { createLambda } from './lambda/lambda.ts';
import { createSecurityHub } from './securityhub/securityhub.ts';
import { createSns } from './sns/sns.ts';
import { createSqs } from './sqs/sqs.ts';
import { createSsm } from './ssm/ssm.ts';
import { createSts } from './sts/sts.ts';

const FromRule = v.object({ configRuleArn: v.string() });
const Started = v.object({ AutomationExecutionId: v.string() });

/** The services of one account, wired to each other as they are in AWS. */
export const createServices = (foundation: Foundation) => {
  const { dispatcher, accountId } = foundation;
  const iam = createIam(foundation);
  const sqs = createSqs(foundation);
  const sns = createSns(foundation);
  const lambda = createLambda({ ...foundation, sendToQueue: sqs.sendForLambda });
  const ssm = createSsm(foundation);
  const sts = createSts(foundation);
  const trails = createTrails(foundation);
  const securityHub = createSecurityHub(foundation);
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
    putEvent: (event) => eventServices.events.put(event),
    automationExecution: ssm.execution,
    isResting: ssm.isResting,
  });
  dispatcher.register('iam', iam.operations);
  dispatcher.register('lambda', lambda.operations);
  dispatcher.register('ssm', ssm.operations);
  dispatcher.register('config', config.operations);
  dispatcher.register('sts', sts.operations);
  dispatcher.register('sqs', sqs.operations);
  dispatcher.register('sns', sns.operations);
  dispatcher.register('securityhub', securityHub.operations);
  const eventServices = createEventServices(foundation, { trails, sqs, lambda });
  return { iam, lambda, ssm, config, securityHub, sqs, sns, ...eventServices };
};
