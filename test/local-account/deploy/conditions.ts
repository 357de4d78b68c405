import * as v from 'valibot';
import { resolve, type Scope } from './intrinsics.ts';

/** A function of a condition: its argument as the template has it. */
type ConditionFunction = (argument: unknown, scope: Scope) => boolean;

const List = v.array(v.unknown());
const Pair = v.strictTuple([v.unknown(), v.unknown()]);

/** Functions that only assertions have; the others are everywhere. */
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
 * Tells whether a condition of a template holds.
 *
 * @param more  functions beside Fn::Equals, Fn::Not, Fn::And and Fn::Or
 * @throws for a function that is unknown here
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
