import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { exampleOf } from '../support/docs-examples.ts';
import { install, run } from './run.ts';

const PAGE = 'docs/ways-in.md';

const folder = mkdtempSync(path.join(tmpdir(), 'cdk-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEST = `
test('creates two rules', () => {
  const stack = new SingleAccessKeyStack(new App(), 'Keys');
  Template.fromStack(stack).resourceCountIs('AWS::Config::ConfigRule', 2);
});
`;

/** Two apps that `cdk init` creates, and the imports of a test for Jest in them. */
const APPS = [
  {
    ...{ language: 'typescript', extension: 'ts' },
    imports: `
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SingleAccessKeyStack } from 'iam-user-single-access-key';`,
  },
  {
    ...{ language: 'javascript', extension: 'js' },
    imports: `
const { App } = require('aws-cdk-lib');
const { Template } = require('aws-cdk-lib/assertions');
const { SingleAccessKeyStack } = require('iam-user-single-access-key');`,
  },
];

/** The permissions boundary that the page adds to the context of cdk.json. */
const [, entry = ''] =
  /`("@aws-cdk\/core:permissionsBoundary": .*?)`/.exec(
    readFileSync(`${REPOSITORY}${PAGE}`, 'utf8'),
  ) ?? [];

/** Adds the permissions boundary to the cdk.json of a folder. */
const addBoundary = (app: string) => {
  const file = path.join(app, 'cdk.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/"context": \{/, `$& ${entry},`));
};

/** Returns the permissions boundary of each role of a template. */
const boundariesIn = (app: string, template: string): unknown[] => {
  const { Resources } = JSON.parse(readFileSync(path.join(app, template), 'utf8'));
  return Object.values<{ Type: string; Properties: Record<string, unknown> }>(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Role')
    .map(({ Properties }) => Properties['PermissionsBoundary']);
};

const BOUNDARY = expect.objectContaining({
  'Fn::Join': ['', expect.arrayContaining([':policy/DeveloperBoundary'])],
});

describe.each(APPS)('a stock app of cdk init in $language', ({ language, extension, imports }) => {
  const app = path.join(folder, language);

  beforeAll(() => {
    mkdirSync(app);
    const cdk = path.join(REPOSITORY, 'node_modules/aws-cdk/bin/cdk');
    run(app, [cdk, 'init', 'app', '--language', language, '--generate-only', '--no-notices']);
    install(app, inject('tarball'));
    writeFileSync(path.join(app, `bin/${language}.${extension}`), exampleOf(PAGE, extension));
    writeFileSync(path.join(app, `test/keys.test.${extension}`), `${imports}${TEST}`);
  });

  it('passes npm test, which runs Jest', () => {
    expect(() => run(app, ['npm', 'test'])).not.toThrow();
  });

  it('synthesizes the stack, with a permissions boundary for each role', () => {
    addBoundary(app);
    run(app, ['npx', 'cdk', 'synth', '--quiet', '--no-notices'], { AWS_REGION: 'us-east-1' });

    const boundaries = boundariesIn(app, 'cdk.out/IamUserSingleAccessKey.template.json');
    expect(boundaries).toEqual(Array(7).fill(BOUNDARY));
  });
});

describe('this repository with a permissions boundary in cdk.json', () => {
  it('writes it to each role of the template', () => {
    const clone = path.join(folder, 'clone');
    for (const name of [
      'infra',
      'rule',
      'remediation',
      'cdk.json',
      'package.json',
      'before-script.cjs',
    ])
      cpSync(`${REPOSITORY}${name}`, path.join(clone, name), { recursive: true });
    symlinkSync(`${REPOSITORY}node_modules`, path.join(clone, 'node_modules'));
    addBoundary(clone);
    run(clone, ['npm', 'run', 'template']);

    const boundaries = boundariesIn(clone, 'dist/iam-user-single-access-key.template.json');
    expect(boundaries).toEqual(Array(11).fill(BOUNDARY));
  });
});
