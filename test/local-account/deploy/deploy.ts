import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import { resolve, type Scope } from './intrinsics.ts';
import { MAKERS } from './resources.ts';
import { readAssets, readTemplate, type SynthesizedStack } from './synthesize.ts';
import {
  createScope,
  holdAssertions,
  type MadeResource,
  readParameters,
  type Template,
} from './template.ts';

const pseudoParameters = ({ accountId, region }: LocalAccount, stackName: string) => ({
  'AWS::AccountId': accountId,
  'AWS::NoValue': undefined,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::StackName': stackName,
  'AWS::URLSuffix': 'amazonaws.com',
});

/** Generates a name like CloudFormation, of at most 64 characters. It is the same in every deployment. */
const generateName = (stackName: string, logicalId: string) => {
  const digest = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  return `${stackName.slice(0, 24)}-${logicalId.slice(0, 24)}-${digest.slice(0, 12).toUpperCase()}`;
};

/** Adds the resource to an error about its properties. */
const named = (resource: string, error: unknown) => {
  if (!(error instanceof v.ValiError)) return error;
  const [issue] = error.issues;
  const where = v.getDotPath(issue) ?? 'properties';
  return new Error(`${resource}: ${where}: ${issue.message}`, { cause: error });
};

/** Creates each resource once, after its dependencies and the resources that its properties refer to. */
const createMaker = (
  { Resources }: Template,
  make: (logicalId: string, scope: Scope) => MadeResource,
) => {
  const made = new Map<string, MadeResource>();
  const underWay = new Set<string>();
  const resource = (logicalId: string, scope: Scope): MadeResource | undefined => {
    const before = made.get(logicalId);
    const { DependsOn, Condition } = Resources[logicalId] ?? {};
    if (before !== undefined || DependsOn === undefined) return before;
    if (Condition !== undefined && !scope.condition(Condition)) return undefined;
    if (underWay.has(logicalId))
      throw new Error(`expected no circular references, got one of ${[...underWay].join(', ')}`);
    underWay.add(logicalId);
    for (const dependency of DependsOn) resource(dependency, scope);
    const created = make(logicalId, scope);
    underWay.delete(logicalId);
    made.set(logicalId, created);
    return created;
  };
  return resource;
};

/** A stack to create. */
type StackRequest = {
  readonly stackName: string;
  readonly template: Template;
  /** @default - the defaults of the template */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Returns the directory of an asset by its key. @default - the stack has no assets */
  readonly assetDirectory?: (objectKey: string) => string;
};

const withoutAssets = (objectKey: string): never => {
  throw new Error(`expected a stack without assets, got the key ${objectKey}`);
};

/**
 * Deploys a stack into an account and returns its outputs.
 *
 * @throws for an unknown resource type, and for everything that AWS would refuse
 */
export const deployTemplate = (
  account: LocalAccount,
  { stackName, template, parameters: given, assetDirectory = withoutAssets }: StackRequest,
): Record<string, string> => {
  const make = (logicalId: string, scope: Scope): MadeResource => {
    const { Type = '', Properties } = template.Resources[logicalId] ?? {};
    const makeOne = MAKERS[Type];
    if (makeOne === undefined) throw new Error(`${logicalId}: the local account has no ${Type}`);
    const properties = v.parse(v.record(v.string(), v.unknown()), resolve(Properties, scope));
    const generatedName = generateName(stackName, logicalId);
    try {
      return makeOne({ account, generatedName, properties, assetDirectory });
    } catch (error) {
      throw named(`${logicalId} (${Type})`, error);
    }
  };
  const values = {
    pseudoParameters: pseudoParameters(account, stackName),
    parameters: readParameters(template, given),
  };
  holdAssertions(template, values);
  const resource = createMaker(template, make);
  const scope = createScope(template, { ...values, resource });
  for (const logicalId of Object.keys(template.Resources)) resource(logicalId, scope);
  const outputs = Object.entries(template.Outputs).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  return Object.fromEntries(
    outputs.map(([name, { Value }]) => [name, String(resolve(Value, scope))]),
  );
};

/** Deploys a synthesized stack and returns its outputs. */
export const deploy = (account: LocalAccount, stack: SynthesizedStack): Record<string, string> =>
  deployTemplate(account, {
    stackName: stack.stackName,
    template: readTemplate(stack),
    assetDirectory: readAssets(stack),
  });
