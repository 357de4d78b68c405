import * as v from 'valibot';
import { OneOrMore } from '../request.ts';
import { ASSERTION_FUNCTIONS, evaluateCondition, type Scope } from './intrinsics.ts';

const Resource = v.strictObject({
  Type: v.string(),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
  DependsOn: v.optional(OneOrMore, []),
  Condition: v.optional(v.string()),
  Metadata: v.optional(v.unknown()),
  DeletionPolicy: v.optional(v.string()),
  UpdateReplacePolicy: v.optional(v.string()),
});
const Scalar = v.union([v.string(), v.number()]);
const Parameter = v.strictObject({
  Type: v.string(),
  Description: v.optional(v.string()),
  Default: v.optional(Scalar),
  AllowedValues: v.optional(v.array(Scalar)),
  AllowedPattern: v.optional(v.string()),
  ConstraintDescription: v.optional(v.string()),
});
const Rule = v.strictObject({
  RuleCondition: v.optional(v.unknown()),
  Assertions: v.pipe(
    v.array(v.strictObject({ Assert: v.unknown(), AssertDescription: v.optional(v.string()) })),
    v.minLength(1),
  ),
});
const Output = v.looseObject({ Value: v.unknown(), Condition: v.optional(v.string()) });

const Template = v.strictObject({
  AWSTemplateFormatVersion: v.optional(v.literal('2010-09-09')),
  Description: v.optional(v.string()),
  Metadata: v.optional(v.unknown()),
  Parameters: v.optional(v.record(v.string(), Parameter), {}),
  Conditions: v.optional(v.record(v.string(), v.unknown()), {}),
  Rules: v.optional(v.record(v.string(), Rule), {}),
  Resources: v.record(v.string(), Resource),
  Outputs: v.optional(v.record(v.string(), Output), {}),
});

/** A CloudFormation template with the sections that the account supports. */
export type Template = v.InferOutput<typeof Template>;

/** Reads a template; throws for an unknown section or an unknown member of a resource. */
export const parseTemplate = (template: unknown): Template => v.parse(Template, template);

/** A created resource: its `Ref` and the attributes for `Fn::GetAtt`. */
export type MadeResource = {
  readonly Ref: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** The values of names in one deployment. */
type Deployment = {
  readonly pseudoParameters: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** Creates the resource at the first call; returns `undefined` for an unknown id. */
  readonly resource: (logicalId: string, scope: Scope) => MadeResource | undefined;
};

/** Creates the scope of a template in one deployment. */
export const createScope = (
  template: Template,
  { pseudoParameters, parameters, resource }: Deployment,
): Scope => {
  const scope: Scope = {
    ref: (name) => {
      if (Object.hasOwn(pseudoParameters, name)) return pseudoParameters[name];
      const value = parameters[name] ?? resource(name, scope)?.Ref;
      if (value !== undefined) return value;
      throw new Error(`${name} must be a resource, a pseudo parameter or a parameter with a value`);
    },
    getAtt: (logicalId, attribute) => {
      const value = resource(logicalId, scope)?.attributes[attribute];
      if (value !== undefined) return value;
      throw new Error(`${logicalId} has no attribute ${attribute} here`);
    },
    condition: (name) => {
      if (name in template.Conditions) return evaluateCondition(template.Conditions[name], scope);
      throw new Error(`unknown condition ${name}`);
    },
  };
  return scope;
};

type Declaration = Template['Parameters'][string];

/** Whether the default of a parameter is the name of a Systems Manager parameter instead of a value. */
const isOfSystemsManager = ({ Parameters }: Template, name: string): boolean =>
  Parameters[name]?.Type.startsWith('AWS::SSM::') === true;

/** Returns the constraint that a value violates, or `undefined`. */
const violatedBy = (declaration: Declaration, value: string): string | undefined => {
  const { Type, AllowedValues, AllowedPattern } = declaration;
  if (Type === 'Number' && !/^-?\d+(\.\d+)?$/.test(value)) return 'must be a number';
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value))
    return `must be one of ${AllowedValues.join(', ')}`;
  // CloudFormation matches the entire value, with Java's regular expressions.
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`, 'u').test(value))
    return `must match ${AllowedPattern}`;
  return undefined;
};

const takeValue = (name: string, declaration: Declaration, given: string | undefined): string => {
  const value = given ?? declaration.Default;
  if (value === undefined) throw new Error(`Parameters: [${name}] must have values`);
  const violated = violatedBy(declaration, String(value));
  if (violated === undefined) return String(value);
  throw new Error(
    `Parameter ${name} ${declaration.ConstraintDescription ?? violated}, got ${JSON.stringify(value)}`,
  );
};

/**
 * Returns the values of the parameters of a template: the given values, else the defaults.
 *
 * @throws for an undeclared parameter, a missing value, or a value that violates a constraint
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export const readParameters = (
  template: Template,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(template.Parameters, name))
      throw new Error(`Parameters: [${name}] do not exist in the template`);
  const own = Object.entries(template.Parameters).filter(
    ([name]) => !isOfSystemsManager(template, name),
  );
  return Object.fromEntries(
    own.map(([name, declaration]) => [name, takeValue(name, declaration, given[name])]),
  );
};

const Members = v.record(v.string(), v.unknown());

/** Returns every name that a value refers to. */
const refsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!v.is(Members, value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'Ref' && typeof member === 'string' ? [member] : refsIn(member),
  );
};

/**
 * Checks the rules of a template before any resource is created.
 *
 * It skips rules on Systems Manager parameters: the CDK checks its bootstrap stack with one, which this account does not
 * need.
 *
 * @throws the AssertDescription of the first assertion that fails
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const holdAssertions = (
  template: Template,
  values: Pick<Deployment, 'pseudoParameters' | 'parameters'>,
): void => {
  // Rules can refer to parameters only.
  const scope = createScope(template, { ...values, resource: () => undefined });
  const holds = (condition: unknown) => evaluateCondition(condition, scope, ASSERTION_FUNCTIONS);

  for (const [name, rule] of Object.entries(template.Rules)) {
    if (refsIn(rule).some((ref) => isOfSystemsManager(template, ref))) continue;
    if (rule.RuleCondition !== undefined && !holds(rule.RuleCondition)) continue;
    for (const { Assert, AssertDescription } of rule.Assertions)
      if (!holds(Assert)) throw new Error(AssertDescription ?? `the assertion of ${name} failed`);
  }
};
