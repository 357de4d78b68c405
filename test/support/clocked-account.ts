import { onTestFinished } from 'vitest';
import { createLocalAccount, type LocalAccountOptions } from '../local-account/account.ts';
import { createClock } from '../local-account/clock.ts';
import type { ServiceName } from '../local-account/dispatch.ts';
import type { Behaviour } from '../local-account/lambda/invocations.ts';
import { at, trustOf } from './build.ts';

/** Creates an account whose clock stands still unless it has a speed. It is closed after the test. */
export const createClockedAccount = async (
  options: LocalAccountOptions & { readonly speed?: number } = {},
) => {
  const { speed = 0, ...others } = options;
  const clock = createClock({ start: at, speed });
  const account = await createLocalAccount({ ...clock, ...others });
  onTestFinished(account.close);

  return {
    ...account,
    advance: clock.advance,
    now: clock.now,
    /** Makes a call as an operator. */
    ask: (service: ServiceName, operation: string, input: unknown = {}) =>
      account.call({ service, operation, input, principal: 'operator' }),
    /** Creates a function with this behaviour and the role `worker`. */
    createFunction: (FunctionName: string, behaviour: Behaviour, Timeout = 3) => {
      const role =
        account.roles.byName.get('worker') ??
        account.roles.create({
          RoleName: 'worker',
          AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
        });
      account.lambda.functions.create({
        FunctionName,
        directory: '/nowhere',
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: role.Arn,
        Timeout,
      });
      account.lambda.override(FunctionName, behaviour);
    },
    /** Creates a queue and a rule that sends events to it, by default all events of IAM. */
    createEventQueue: (
      properties: { readonly QueueName: string; readonly [name: string]: unknown },
      EventPattern: object = { source: ['aws.iam'] },
    ) => {
      const queue = account.sqs.create(properties);
      const Name = properties.QueueName;
      const rule = { Name, EventPattern, Targets: [{ Arn: queue.arn, Id: 'Target0' }] };
      const { Arn } = account.events.putRule(rule);
      const Statement = {
        ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } },
        ...{ Action: 'sqs:SendMessage', Resource: queue.arn },
        Condition: { ArnEquals: { 'aws:SourceArn': Arn } },
      };
      account.sqs.setPolicy(account.sqs.urlOf(Name), { Statement: [Statement] });
      return queue;
    },
    /** Sends an HTTP request as an operator. */
    post: (body: string, headers: Record<string, string>) =>
      fetch(account.endpoint, {
        method: 'POST',
        body,
        headers: {
          authorization:
            'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/x/aws4_request',
          ...headers,
        },
      }),
  };
};

export type ClockedAccount = Awaited<ReturnType<typeof createClockedAccount>>;
