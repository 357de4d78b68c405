import * as v from 'valibot';
import type { Action } from './action.ts';
import { invalidDocument, type Step } from './document.ts';

const Choice = v.looseObject({ NextStep: v.string() });
const Inputs = v.strictObject({
  Choices: v.pipe(v.array(Choice), v.minLength(1)),
  Default: v.optional(v.string()),
});
const Condition = v.looseObject({
  NextStep: v.optional(v.string()),
  Variable: v.optional(v.unknown()),
});

/** Both sides must be of the operator's type: a text is never equal to a number. */
const comparison =
  <Value>(type: v.GenericSchema<Value>, holds: (variable: Value, operand: Value) => boolean) =>
  (variable: unknown, operand: unknown) =>
    holds(v.parse(type, variable), v.parse(type, operand));

const OPERATORS = {
  StringEquals: comparison(v.string(), (variable, operand) => variable === operand),
  StartsWith: comparison(v.string(), (variable, operand) => variable.startsWith(operand)),
  Contains: comparison(v.string(), (variable, operand) => variable.includes(operand)),
  NumericEquals: comparison(v.number(), (variable, operand) => variable === operand),
  BooleanEquals: comparison(v.boolean(), (variable, operand) => variable === operand),
} as const;

const isOperator = (name: string): name is keyof typeof OPERATORS => Object.hasOwn(OPERATORS, name);

const holds = (condition: unknown): boolean => {
  const { NextStep: _, Variable, ...operators } = v.parse(Condition, condition);
  const [[name, operand] = ['nothing'], ...others] = Object.entries(operators);
  const all = () => v.parse(v.array(v.unknown()), operand).map(holds);
  if (others.length > 0)
    throw new Error(`expected one operator, got ${Object.keys(operators).join(', ')}`);
  if (name === 'And') return all().every(Boolean);
  if (name === 'Or') return all().some(Boolean);
  if (name === 'Not') return !holds(operand);
  if (isOperator(name)) return OPERATORS[name](Variable, operand);
  const known = [...Object.keys(OPERATORS), 'And', 'Or', 'Not'].join(', ');
  throw new Error(`unknown operator ${name}, expected one of ${known}`);
};

/**
 * The steps that a branch may lead to.
 *
 * @throws {ServiceError} InvalidDocumentContent when its inputs are no choices
 */
export const branchTargets = ({ name, inputs }: Step): readonly string[] => {
  const parsed = v.safeParse(Inputs, inputs);
  if (!parsed.success) throw invalidDocument(`${name}: ${parsed.issues[0].message}`);
  const { Choices, Default } = parsed.output;
  return [...Choices.map(({ NextStep }) => NextStep), Default].filter((name) => name !== undefined);
};

/**
 * aws:branch: the first choice that holds, else the default; without both, the step that stands below.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html
 */
export const branch: Action = {
  outputs: [],
  maxSeconds: 30,
  run: async (given) => {
    const { Choices, Default } = v.parse(Inputs, given);
    const nextStep = Choices.find(holds)?.NextStep ?? Default;
    return nextStep === undefined ? { response: {} } : { response: {}, nextStep };
  },
};
