import * as v from 'valibot';
import { type Action, StepTimedOut } from './action.ts';
import { executeAwsApi, invokeLambdaFunction } from './api.ts';
import { approve } from './approve.ts';
import { executeScript } from './script.ts';

const Condition = v.looseObject({
  NextStep: v.optional(v.string()),
  Variable: v.optional(v.unknown()),
});

const Texts = v.tuple([v.string(), v.string()]);

/** The comparisons of two texts. A value of another type is an error. */
const OPERATORS = {
  StringEquals: (variable: string, operand: string) => variable === operand,
  StartsWith: (variable: string, operand: string) => variable.startsWith(operand),
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
  if (isOperator(name)) return OPERATORS[name](...v.parse(Texts, [Variable, operand]));
  const known = [...Object.keys(OPERATORS), 'And', 'Or', 'Not'].join(', ');
  throw new Error(`expected one of the operators ${known}, got ${name}`);
};

const BranchInputs = v.pipe(
  v.strictObject({
    Choices: v.pipe(v.array(v.looseObject({ NextStep: v.string() })), v.minLength(1)),
    Default: v.optional(v.string()),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      dataset.value.Choices.map(holds);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
    }
  }),
);

/**
 * Lists the steps that a branch may lead to.
 *
 * @param inputs  inputs that its schema accepts
 */
export const branchTargets = (inputs: unknown): readonly string[] => {
  const { Choices, Default } = v.parse(BranchInputs, inputs);
  return [...Choices.map(({ NextStep }) => NextStep), Default].filter((name) => name !== undefined);
};

/**
 * aws:branch: continues with the first choice whose condition is true, else with the default, else with the next step of the document.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html
 */
export const branch: Action = {
  inputs: BranchInputs,
  outputs: {},
  maxSeconds: 30,
  run: async (given) => {
    const { Choices, Default } = v.parse(BranchInputs, given);
    const nextStep = Choices.find(holds)?.NextStep ?? Default;
    return nextStep === undefined ? { response: {} } : { response: {}, nextStep };
  },
};

/** An ISO 8601 duration of hours, minutes and seconds, such as `PT1H30M`. */
const Duration = v.pipe(
  v.string(),
  v.regex(/^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/, 'expected a duration such as PT30S'),
);
const SleepInputs = v.strictObject({ Duration });

const inMilliseconds = (duration: string) => {
  const [hours = 0, minutes = 0, seconds = 0] = ['H', 'M', 'S'].map((unit) =>
    Number(new RegExp(`(\\d+)${unit}`).exec(duration)?.[1] ?? 0),
  );
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
};

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html */
const sleep: Action = {
  inputs: SleepInputs,
  outputs: {},
  maxSeconds: 7 * 24 * 3600,
  onlyRests: true,
  run: async (given, { rest, timeoutSeconds }) => {
    const duration = inMilliseconds(v.parse(SleepInputs, given).Duration);
    const limit = timeoutSeconds * 1000;
    await rest(Math.min(duration, limit));
    if (duration > limit) throw new StepTimedOut();
    return { response: {} };
  },
};

/**
 * The actions that the simulated account runs.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'aws:approve': approve,
  'aws:branch': branch,
  'aws:executeAwsApi': executeAwsApi,
  'aws:executeScript': executeScript,
  'aws:invokeLambdaFunction': invokeLambdaFunction,
  'aws:sleep': sleep,
};
