import { makeAlarm, makeDashboard } from './cloudwatch.ts';
import { makeConfigRule, makeDocument, makeRemediationConfiguration } from './config.ts';
import { makeFunction, makePermission } from './lambda.ts';
import { makeEventRule, makeEventSourceMapping, makeQueue, makeQueuePolicy } from './messages.ts';
import { type Make, makeLogGroup, makePolicy, makeRole } from './resources.ts';

const makeNothing: Make = ({ generatedName }) => ({ Ref: generatedName, attributes: {} });

/** What makes the resources of each type that the local account has. */
export const MAKERS: Readonly<Record<string, Make>> = {
  'AWS::CDK::Metadata': makeNothing,
  'AWS::CloudWatch::Alarm': makeAlarm,
  'AWS::CloudWatch::Dashboard': makeDashboard,
  'AWS::Config::ConfigRule': makeConfigRule,
  'AWS::Config::RemediationConfiguration': makeRemediationConfiguration,
  'AWS::Events::Rule': makeEventRule,
  'AWS::IAM::Policy': makePolicy,
  'AWS::IAM::Role': makeRole,
  'AWS::Lambda::EventSourceMapping': makeEventSourceMapping,
  'AWS::Lambda::Function': makeFunction,
  'AWS::Lambda::Permission': makePermission,
  'AWS::Logs::LogGroup': makeLogGroup,
  'AWS::SQS::Queue': makeQueue,
  'AWS::SQS::QueuePolicy': makeQueuePolicy,
  'AWS::SSM::Document': makeDocument,
};
