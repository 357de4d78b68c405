import * as v from 'valibot';
import { ASSERTION_FUNCTIONS, evaluateCondition } from './intrinsics.ts';
import { createScope, type Deployment, type Template } from './template.ts';

type Parameter = Template['Parameters'][string];

/** Whether the default of a parameter is the name of a Systems Manager parameter instead of a value. */
const isOfSystemsManager = ({ Parameters }: Template, name: string): boolean =>
  Parameters[name]?.Type.startsWith('AWS::SSM::') === true;

/** Returns the constraint that a value violates, or `undefined`. */
const violatedBy = (declaration: Parameter, value: string): string | undefined => {
  const { Type, AllowedValues, AllowedPattern } = declaration;
  if (Type === 'Number' && !/^-?\d+(\.\d+)?$/.test(value)) return 'must be a number';
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value))
    return `must be one of ${AllowedValues.join(', ')}`;
  // CloudFormation matches the entire value, with Java's regular expressions.
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`, 'u').test(value))
    return `must match ${AllowedPattern}`;
  return undefined;
};

const takeValue = (name: string, declaration: Parameter, given: string | undefined): string => {
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
