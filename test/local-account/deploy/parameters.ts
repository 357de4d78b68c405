import * as v from 'valibot';
import { ASSERTION_FUNCTIONS, evaluateCondition } from './intrinsics.ts';
import { createScope, type Deployment, type Template } from './template.ts';

type Parameter = Template['Parameters'][string];

/** The default of such a parameter is the name of a parameter of Systems Manager, not its value. */
export const isOfSystemsManager = ({ Parameters }: Template, name: string): boolean =>
  Parameters[name]?.Type.startsWith('AWS::SSM::') === true;

/** What of the declaration a value does not hold; nothing when it holds all. */
const brokenBy = (declaration: Parameter, value: string): string | undefined => {
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
  const broken = brokenBy(declaration, String(value));
  if (broken === undefined) return String(value);
  throw new Error(
    `Parameter ${name} ${declaration.ConstraintDescription ?? broken}, got ${JSON.stringify(value)}`,
  );
};

/**
 * The values of a template's parameters: what is given, else the defaults.
 *
 * @throws for a parameter that the template does not declare, one without a value, and a value that it does not allow
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

/** The names that a value refers to, however deep. */
const refsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!v.is(Members, value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'Ref' && typeof member === 'string' ? [member] : refsIn(member),
  );
};

/**
 * Holds the assertions of a template's rules, before anything is made.
 *
 * A rule on a value of Systems Manager is passed over: the CDK asks so for its bootstrap stack, which nobody
 * needs here.
 *
 * @throws the AssertDescription of the first assertion that fails
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const holdAssertions = (
  template: Template,
  values: Pick<Deployment, 'pseudoParameters' | 'parameters'>,
): void => {
  // A rule knows parameters only: no resource is there yet.
  const scope = createScope(template, { ...values, resource: () => undefined });
  const holds = (condition: unknown) => evaluateCondition(condition, scope, ASSERTION_FUNCTIONS);

  for (const [name, rule] of Object.entries(template.Rules)) {
    if (refsIn(rule).some((ref) => isOfSystemsManager(template, ref))) continue;
    if (rule.RuleCondition !== undefined && !holds(rule.RuleCondition)) continue;
    for (const { Assert, AssertDescription } of rule.Assertions)
      if (!holds(Assert)) throw new Error(AssertDescription ?? `the assertion of ${name} failed`);
  }
};
