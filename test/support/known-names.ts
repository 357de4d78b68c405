import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as config from '@aws-sdk/client-config-service';
import * as iam from '@aws-sdk/client-iam';
import * as securityhub from '@aws-sdk/client-securityhub';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { parse } from 'yaml';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { ORGANIZATION_SETTINGS } from '../../infra/organization/settings.ts';
import { SETTINGS } from '../../infra/settings/settings.ts';
import { synthesizeOrganization } from '../infra/organization/synthesize.ts';
import { propertiesOf, synthesize } from '../infra/synthesize.ts';

/** The SDK modules by the names that the AWS CLI gives to their services. */
export const SDKS: Readonly<Record<string, object>> = {
  ...{ cloudtrail, configservice: config, iam, securityhub, sns, ssm, sts },
};

const GENERATED = ['node_modules', 'dist', '.git', 'cdk.out', 'output'];

const filesIn = (folder: string): string[] =>
  readdirSync(`${REPOSITORY}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}${entry.name}`;
    if (GENERATED.includes(entry.name)) return [];
    return entry.isDirectory() ? filesIn(`${file}/`) : [file];
  });

/** The files of the repository, without those that a command writes. */
export const FILES: readonly string[] = filesIn('');

const everything = synthesize({ dashboard: true, securityHubFindings: true });
const { organization, members, stacks } = synthesizeOrganization();
const documents = readdirSync(`${REPOSITORY}remediation/runbooks`)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({
    name: file.replace('.yaml', '').replace(/(?:^|-)(\w)/g, (_, first) => first.toUpperCase()),
    ...Object(parse(readFileSync(`${REPOSITORY}remediation/runbooks/${file}`, 'utf8'))),
  }));
const steps: { name: string; outputs?: { Name: string }[] }[] = documents.flatMap(
  ({ mainSteps }) => mainSteps,
);

/** What exists, by the noun that stands before its name in the documentation. */
export const KINDS = {
  setting: new Set([...Object.keys(SETTINGS), ...Object.keys(ORGANIZATION_SETTINGS)]),
  alarm: new Set(
    propertiesOf(everything.template, 'AWS::CloudWatch::Alarm').map(
      ({ AlarmDescription }) => String(AlarmDescription).split(' ').at(-1) ?? '',
    ),
  ),
  query: new Set(
    propertiesOf(everything.template, 'AWS::Logs::QueryDefinition').map(({ Name }) =>
      path.basename(String(Name)),
    ),
  ),
  runbook: new Set(documents.map(({ name }) => name)),
  step: new Set(steps.map(({ name }) => name)),
  parameter: new Set(documents.flatMap(({ parameters }) => Object.keys(parameters))),
  output: new Set([
    ...[everything.template, organization, ...members].flatMap((template) =>
      Object.keys(template.findOutputs('*')),
    ),
    ...documents.flatMap(({ outputs }) => outputs),
    ...steps.flatMap(({ outputs = [] }) => outputs.map(({ Name }) => Name)),
    // The action aws:approve has it.
    'ApproverDecisions',
  ]),
};

/** The names of operations, shapes and members, and the values of enumerations. */
const namesOfSdk = (sdk: object): string[] =>
  Object.entries(sdk).flatMap(([name, value]) => {
    const members = Array.isArray(value) && Array.isArray(value[4]) ? value[4].map(String) : [];
    const values = typeof value === 'object' ? Object.values(value).map(String) : [];
    return [name.replace(/Command$|\$$/, ''), ...members, ...(Array.isArray(value) ? [] : values)];
  });

/** The code without its comments: what is deployed, the npm scripts, the simulated account and the policies. */
export const CODE = FILES.filter((file) =>
  /^((rule|remediation|infra|test\/local-account|docs\/policies)\/.*|[\w-]+)\.(ts|yaml|py|json)$/.test(
    file,
  ),
)
  .map((file) => readFileSync(`${REPOSITORY}${file}`, 'utf8'))
  .join('\n')
  .replace(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*$|#.*$)/gm, '');

/** Every name of the code and of the AWS APIs that it uses. */
export const NAMES: ReadonlySet<string> = new Set([
  ...Object.values(SDKS).flatMap(namesOfSdk),
  ...Object.values(KINDS).flatMap((names) => [...names]),
  ...stacks.map(({ stackName }) => stackName.replace(/-.*/, '')),
  ...(CODE.match(/[A-Za-z_]\w*/g) ?? []),
  // A name in a longer one, as in AWSReservedSSO_KeyOperators_*.
  ...(CODE.match(/[A-Za-z]+/g) ?? []),
]);
