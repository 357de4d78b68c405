import { synthesize } from '../infra/synthesize.ts';
import { type Action, actionsOn, arnOf, type ResourceType } from './service-authorization.ts';

/** The stack with every option that adds a resource. */
export const { template } = synthesize({
  exemptionTagKey: 'keys-until',
  automaticRemediation: true,
  automaticDeletion: true,
  securityHubFindings: true,
  dashboard: true,
});

export const FUNCTION: ResourceType = ['lambda', 'function'];
export const MAPPING: ResourceType = ['lambda', 'eventSourceMapping'];
export const ROLE: ResourceType = ['iam', 'role'];
export const QUEUE: ResourceType = ['sqs', 'queue'];
const LOG_STREAM: ResourceType = ['logs', 'log-stream'];
const STACK_SET: ResourceType = ['cloudformation', 'stackset'];

/** What each resource type of the template is, or changes, in the service authorization reference. */
export const TYPES: Readonly<Record<string, readonly ResourceType[]>> = {
  'AWS::CloudWatch::Alarm': [['cloudwatch', 'alarm']],
  'AWS::CloudWatch::Dashboard': [['cloudwatch', 'dashboard']],
  'AWS::Config::ConfigRule': [['config', 'ConfigRule']],
  'AWS::Config::RemediationConfiguration': [['config', 'RemediationConfiguration']],
  'AWS::Events::Rule': [['events', 'rule-on-default-event-bus']],
  'AWS::IAM::Policy': [ROLE],
  'AWS::IAM::Role': [ROLE],
  'AWS::Lambda::EventSourceMapping': [MAPPING],
  'AWS::Lambda::Function': [FUNCTION],
  'AWS::Lambda::Permission': [FUNCTION],
  'AWS::Logs::LogGroup': [['logs', 'log-group'], LOG_STREAM],
  // IAM has no resource type for saved queries.
  'AWS::Logs::QueryDefinition': [],
  'AWS::SQS::Queue': [QUEUE],
  'AWS::SQS::QueuePolicy': [QUEUE],
  'AWS::SSM::Document': [['ssm', 'document']],
};

/** These types and what they are deployed with. */
const GUARDED = [
  ...new Set([...Object.values(TYPES).flat(), ['cloudformation', 'stack'] as const, STACK_SET]),
];

/** Returns names that CloudFormation generates in a stack and in a stack of a StackSet. */
export const namesOf = (logicalId: string): string[] => [
  `IamUserSingleAccessKey-${logicalId}-1A2B3C`,
  `StackSet-IamUserSingleAc-${logicalId.slice(0, 24)}-1A2B3C`,
];

/** The name of the stack that creates the StackSet. */
const STACK_SET_NAME = 'IamUserSingleAccessKeyMembers-canary';

/** A call on a resource. */
export type Call = Pick<Action, 'action' | 'reads' | 'takesTags'> & {
  readonly resource: string;
  /** Action and resource type, such as `sqs:PurgeQueue queue`. */
  readonly what: string;
};

/** Returns every call on a resource with this name, of every type. */
export const callsOn = async (name: string): Promise<Call[]> => {
  const calls = GUARDED.map(async (type) => {
    const isStackSet = type === STACK_SET && name.startsWith('StackSet-');
    const resource = await arnOf(type, isStackSet ? STACK_SET_NAME : name);
    const actions = await actionsOn(type);
    return actions.map((action) => ({ ...action, resource, what: `${action.action} ${type[1]}` }));
  });
  return (await Promise.all(calls)).flat();
};

/** Returns an ARN for an action, of a resource of the stack if there is such a type, else `*`. */
export const resourceFor = async (action: string, name: string): Promise<string> => {
  const call = (await callsOn(name)).find((one) => one.action === action);
  return call?.resource ?? '*';
};
