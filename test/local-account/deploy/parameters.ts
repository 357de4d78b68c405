import type { Template } from './template.ts';

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
