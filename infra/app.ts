import { App } from 'aws-cdk-lib';
import { InvalidParameterError } from '../rule/input/parameter.ts';
import { readSettings } from './settings/read-settings.ts';
import { SingleAccessKeyStack, STACK_NAME } from './stack.ts';

const app = new App();
try {
  new SingleAccessKeyStack(app, STACK_NAME, readSettings(app.node.getAllContext()));
} catch (error) {
  // The message says what is wrong with a setting; a stack trace would hide it.
  if (!(error instanceof InvalidParameterError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
