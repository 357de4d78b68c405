import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import * as cdkLib from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import * as index from '../../infra/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { examplesOf } from '../support/docs-examples.ts';
import { propertiesOf, synthesize } from './synthesize.ts';

/** Runs an example that imports the package; returns the template of its only stack. */
const runExample = (example: string): Template => {
  const apps: cdkLib.App[] = [];
  class App extends cdkLib.App {
    constructor() {
      super({ context: cdk.context });
      apps.push(this);
    }
  }
  const modules: Record<string, unknown> = {
    'aws-cdk-lib': { ...cdkLib, App },
    [packageJson.name]: index,
  };
  const { code } = transformSync(example, { loader: 'ts', format: 'cjs' });
  compileFunction(code, ['require', 'module'])((name: string) => modules[name], {});
  const [stack, ...others] = apps.flatMap((app) => app.node.children.filter(cdkLib.Stack.isStack));
  if (stack === undefined || others.length > 0) throw new Error('expected exactly one stack');
  return Template.fromStack(stack);
};

/** The packages that a module and its own imports import at run time. */
const importedBy = (file: string, seen = new Set<string>()): string[] => {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(`${REPOSITORY}${file}`, 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type )(?:[^;]*?from )?'([^']+)'/gm)].flatMap(
    ([, from = '']) =>
      from.startsWith('.')
        ? importedBy(path.posix.join(path.posix.dirname(file), from), seen)
        : [from],
  );
};

describe('SingleAccessKeyStack', () => {
  it('adds its own tag to the tags of the app', () => {
    const app = new cdkLib.App({ context: cdk.context });
    cdkLib.Tags.of(app).add('project', 'other');
    const template = Template.fromStack(new index.SingleAccessKeyStack(app, 'Keys'));
    for (const { Tags } of propertiesOf(template, 'AWS::Lambda::Function'))
      expect(Tags).toEqual([
        { Key: 'part-of', Value: 'iam-user-single-access-key' },
        { Key: 'project', Value: 'other' },
      ]);
  });
});

describe('the package', () => {
  it('depends on exactly the packages that its constructs import', () => {
    const packages = importedBy('infra/index.ts')
      .filter((name) => !builtinModules.includes(name.replace(/^node:/, '')))
      .map((name) => name.split('/')[0]);

    expect([...new Set(packages)].sort()).toEqual(
      [
        ...Object.keys(packageJson.dependencies),
        ...Object.keys(packageJson.peerDependencies),
      ].sort(),
    );
  });

  it('is private', () => {
    expect(packageJson.private).toBe(true);
  });
});

describe.each(['infra/cost/cost.ts', 'infra/preflight/preflight.ts', 'infra/scan/scan.ts'])(
  '%s',
  (file) => {
    it('starts fast, because it does not import the CDK', () => {
      const packages = importedBy(file);
      expect(packages).toContain('valibot');
      expect(packages.filter((name) => name.startsWith('aws-cdk-lib'))).toEqual([]);
    });
  },
);

const [wholeExample = '', partsExample = ''] = examplesOf('docs/ways-in.md', 'ts');

describe('the example of docs/ways-in.md with one stack', () => {
  it('creates the stack of infra/app.ts', () => {
    const template = runExample(wholeExample);

    expect(template.toJSON()).toEqual(
      synthesize({ maximumExecutionFrequency: 'Six_Hours' }).template.toJSON(),
    );
  });
});

describe('the example of docs/ways-in.md with single constructs', () => {
  const template = runExample(partsExample);
  const deployed = synthesize({
    minimumIdleDays: 30,
    exemptionTagKey: 'keys-until',
    dashboard: false,
  }).template;

  it('creates the resources of the stack', () => {
    const { Resources: parts } = template.toJSON();
    const { Resources: whole } = deployed.toJSON();

    expect(Object.keys(parts).sort()).toEqual(Object.keys(whole).sort());
  });

  it('passes the settings to every construct', () => {
    for (const type of ['AWS::Config::ConfigRule', 'AWS::IAM::Policy', 'AWS::Lambda::Function'])
      expect(propertiesOf(template, type)).toMatchObject(
        propertiesOf(deployed, type).map(({ Tags, ...properties }) => properties),
      );
  });
});

describe('the constructs', () => {
  const createStack = () => new cdkLib.Stack(new cdkLib.App({ context: cdk.context }), 'Own');

  it('include the rules, with default settings', () => {
    const stack = createStack();
    new index.SingleAccessKeyRule(stack, 'Rule');
    new index.InactiveAccessKeyRule(stack, 'InactiveRule');

    const named = propertiesOf(Template.fromStack(stack), 'AWS::Config::ConfigRule');
    expect(named.map(({ ConfigRuleName }) => ConfigRuleName)).toEqual([
      'iam-user-single-access-key',
      'iam-user-inactive-access-key',
    ]);
  });

  it('include alarms for only one of the rules', () => {
    const stack = createStack();
    const rule = new index.SingleAccessKeyRule(stack, 'Rule');
    const { alarms } = new index.Alarms(stack, 'Alarms', { rule });

    expect(alarms.map(({ node }) => node.id)).toEqual(['DeadLetters', 'NoSuccessfulSweep']);
  });

  it('include remediations, which are manual by default', () => {
    const stack = createStack();
    const rule = new index.SingleAccessKeyRule(stack, 'Rule');
    const inactiveRule = new index.InactiveAccessKeyRule(stack, 'InactiveRule');
    const planner = new index.Planner(stack, 'Planner');
    const runbooks = index.createRunbooks(stack, { planner, rule, inactiveRule });
    index.createRemediations(stack, { ...runbooks, rule, inactiveRule });

    const remediations = propertiesOf(
      Template.fromStack(stack),
      'AWS::Config::RemediationConfiguration',
    ).map(({ Automatic }) => Automatic);
    expect(remediations).toEqual([false, false]);
  });
});
