import { App } from 'aws-cdk-lib';
import { InvalidParameterError } from '../rule/input/parameter.ts';
import { WrongRegionError } from './key-events/key-event-trigger.ts';
import { readSettings } from './settings/read-settings.ts';
import { SingleAccessKeyStack, STACK_NAME } from './stack.ts';

const app = new App();
try {
  // The CDK CLI sets the Region to which it deploys.
  const env = { region: process.env['CDK_DEFAULT_REGION'] };
  new SingleAccessKeyStack(app, STACK_NAME, { ...readSettings(app.node.getAllContext()), env });
} catch (error) {
  // The message says what is wrong with a setting or the Region; a stack trace would hide it.
  if (!(error instanceof InvalidParameterError || error instanceof WrongRegionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
