import type { Content } from './content.ts';
import { acceptedBy } from './parameter-examples.ts';
import { isObject } from './problem.ts';
import { readScript } from './read-script.ts';
import type { Type } from './scope.ts';

type Compare = (variable: string, operand: string) => boolean;

const OF_TEXTS: Readonly<Record<string, Compare>> = {
  StringEquals: (variable, operand) => variable === operand,
  EqualsIgnoreCase: (variable, operand) => variable.toLowerCase() === operand.toLowerCase(),
  StartsWith: (variable, operand) => variable.startsWith(operand),
  EndsWith: (variable, operand) => variable.endsWith(operand),
  Contains: (variable, operand) => variable.includes(operand),
};

/** The type on both sides of an operator. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html */
export const OPERATORS: Readonly<Record<string, Type>> = {
  ...Object.fromEntries(Object.keys(OF_TEXTS).map((name): [string, Type] => [name, 'String'])),
  NumericEquals: 'Integer',
  NumericGreater: 'Integer',
  NumericLesser: 'Integer',
  NumericGreaterOrEquals: 'Integer',
  NumericLesserOrEquals: 'Integer',
  BooleanEquals: 'Boolean',
};

/** What a script can answer, as far as its texts and those that it is given tell. */
const answersOf = (reference: string, { mainSteps }: Content): readonly string[] | undefined => {
  const [name] = reference.split('.');
  const step = mainSteps.find((one) => one.name === name);
  if (step?.action !== 'aws:executeScript') return undefined;
  const { Script, Runtime, InputPayload } = step.inputs;
  const script = readScript(String(Script), String(Runtime));
  if ('error' in script) return undefined;
  const given = Object.values(isObject(InputPayload) ? InputPayload : {}).map(String);
  return [...script.texts, ...given];
};

/** What a reference can stand for, some of it; nothing where the document does not tell. */
const valuesOf = (reference: string, content: Content): readonly string[] | undefined => {
  const parameter = content.parameters[reference];
  return parameter ? acceptedBy(reference, parameter) : answersOf(reference, content);
};

/** Whether a comparison of a reference can hold and can fail; one that cannot decides nothing. */
export const canDecide = (
  reference: string,
  [operator, operand]: readonly [string, unknown],
  content: Content,
): boolean => {
  const holds = OF_TEXTS[operator];
  const values = valuesOf(reference, content);
  if (holds === undefined || values === undefined || typeof operand !== 'string') return true;
  return new Set(values.map((value) => holds(value, operand))).size === 2;
};
