import { App } from 'aws-cdk-lib';
import { InvalidParameterError } from '../rule/input/parameter.ts';
import { InvalidSettingError, parseSettings } from './settings/settings.ts';
import { SingleAccessKeyStack } from './stack.ts';

const app = new App();
try {
  const settings = parseSettings(app.node.getAllContext());
  new SingleAccessKeyStack(app, 'IamUserSingleAccessKey', { settings });
} catch (error) {
  // A wrong setting is the caller's: the message says all, and a stack would hide it.
  if (!(error instanceof InvalidSettingError || error instanceof InvalidParameterError))
    throw error;
  console.error(error.message);
  process.exitCode = 1;
}
