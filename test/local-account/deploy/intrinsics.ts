import * as v from 'valibot';

/** A condition function; its argument is unresolved. */
type ConditionFunction = (argument: unknown, scope: Scope) => boolean;

const List = v.array(v.unknown());
const Pair = v.strictTuple([v.unknown(), v.unknown()]);

/** The functions that only assertions can use. */
export const ASSERTION_FUNCTIONS: Readonly<Record<string, ConditionFunction>> = {
  'Fn::Contains': (argument, scope) => {
    const [list, text] = v.parse(v.strictTuple([List, v.unknown()]), resolve(argument, scope));
    return list.map(String).includes(String(text));
  },
};

const equals: ConditionFunction = (argument, scope) => {
  const [one, other] = v.parse(Pair, resolve(argument, scope));
  return String(one) === String(other);
};

/**
 * Evaluates a condition of a template.
 *
 * @param more  functions in addition to Fn::Equals, Fn::Not, Fn::And and Fn::Or
 * @throws for an unknown function
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
 */
export const evaluateCondition = (
  condition: unknown,
  scope: Scope,
  more: Readonly<Record<string, ConditionFunction>> = {},
): boolean => {
  const all = (argument: unknown) =>
    v.parse(List, argument).map((one) => evaluateCondition(one, scope, more));
  const functions: Readonly<Record<string, ConditionFunction>> = {
    Condition: (argument) => scope.condition(v.parse(v.string(), argument)),
    'Fn::Not': (argument) => !all(argument)[0],
    'Fn::And': (argument) => all(argument).every(Boolean),
    'Fn::Or': (argument) => all(argument).some(Boolean),
    'Fn::Equals': equals,
    ...more,
  };
  const members = Object.entries(v.parse(v.record(v.string(), v.unknown()), condition));
  const [name, argument] = members[0] ?? ['nothing'];
  const evaluate = functions[name];
  if (evaluate !== undefined && members.length === 1) return evaluate(argument, scope);
  const got = members.map(([member]) => member).join(', ') || 'nothing';
  throw new Error(
    `unknown condition function ${got}, expected one of ${Object.keys(functions).join(', ')}`,
  );
};

/** The values of the names in a template. */
export type Scope = {
  /** Returns the value of a resource, parameter or pseudo parameter; `undefined` is AWS::NoValue. */
  readonly ref: (name: string) => unknown;
  readonly getAtt: (logicalId: string, attribute: string) => unknown;
  readonly condition: (name: string) => boolean;
};

const Text = v.union([v.string(), v.pipe(v.union([v.number(), v.boolean()]), v.transform(String))]);
const Texts = v.array(Text);
const SubArgument = v.union([
  v.pipe(
    v.string(),
    v.transform((template): [string, Record<string, unknown>] => [template, {}]),
  ),
  v.strictTuple([v.string(), v.record(v.string(), v.unknown())]),
]);
const GetAttArgument = v.union([
  v.strictTuple([v.string(), v.string()]),
  v.pipe(
    v.string(),
    v.transform((name) => name.split(/\.(.*)/s)),
    v.strictTuple([v.string(), v.string(), v.literal('')]),
  ),
]);

/** `${Name}`, `${Name.Attribute}`, or the escaped `${!Literal}`. */
const PLACEHOLDER = /\$\{(!?)([\w:.]+)\}/g;

const substitute = (argument: unknown, scope: Scope) => {
  const [template, given] = v.parse(SubArgument, argument);
  const values = v.parse(v.record(v.string(), Text), resolve(given, scope));
  return template.replace(PLACEHOLDER, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    const [logicalId = '', attribute] = name.split(/\.(.*)/s);
    const found =
      values[name] ?? (attribute ? scope.getAtt(logicalId, attribute) : scope.ref(name));
    return v.parse(Text, found);
  });
};

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const select = (argument: unknown, scope: Scope) => {
  const [index, items] = v.parse(
    v.strictTuple([Text, v.array(v.unknown())]),
    resolve(argument, scope),
  );
  if (Number(index) in items) return items[Number(index)];
  throw new Error(`Fn::Select must have an index below ${items.length}, got ${index}`);
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(v.parse(v.string(), argument)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, attribute] = v.parse(GetAttArgument, argument);
    return scope.getAtt(logicalId, attribute);
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [delimiter, texts] = v.parse(
      v.strictTuple([v.string(), Texts]),
      resolve(argument, scope),
    );
    return texts.join(delimiter);
  },
  'Fn::Select': select,
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = v.parse(v.strictTuple([v.string(), Text]), resolve(argument, scope));
    return text.split(delimiter);
  },
  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = v.parse(
      v.strictTuple([v.string(), v.unknown(), v.unknown()]),
      argument,
    );
    return resolve(scope.condition(condition) ? yes : no, scope);
  },
};

const intrinsicIn = (value: object): [string, unknown] | undefined => {
  const [member, ...others] = Object.entries(value);
  if (member === undefined || others.length > 0) return undefined;
  return member[0] === 'Ref' || member[0].startsWith('Fn::') ? member : undefined;
};

/**
 * Resolves the intrinsic functions of a value and removes AWS::NoValue.
 *
 * @throws for an unknown intrinsic function or wrong arguments
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export const resolve = (value: unknown, scope: Scope): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  const [name, argument] = intrinsicIn(value) ?? [];
  if (name === undefined) {
    const members = Object.entries(value).map(([key, member]) => [key, resolve(member, scope)]);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }
  const intrinsic = INTRINSICS[name];
  if (intrinsic !== undefined) return intrinsic(argument, scope);
  const known = Object.keys(INTRINSICS).join(', ');
  throw new Error(`unknown intrinsic function ${name}, expected one of ${known}`);
};
