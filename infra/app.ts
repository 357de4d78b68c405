import { App } from 'aws-cdk-lib';
import { parseSettings } from './settings.ts';
import { SingleAccessKeyStack } from './stack.ts';

const app = new App();
const settings = parseSettings(app.node.getAllContext());
new SingleAccessKeyStack(app, 'IamUserSingleAccessKey', { settings });
