import { canDecide, OPERATORS } from './comparison.ts';
import type { Content, Step } from './content.ts';
import { isObject, problem, repeated } from './problem.ts';
import { wholeReference } from './references.ts';
import type { Scope } from './scope.ts';
import { typeProblems } from './values.ts';

type Judge = (condition: unknown, where: string) => readonly string[];

const createComparisonJudge =
  (scope: Scope, content: Content) =>
  (variable: unknown, comparison: readonly [string, unknown], where: string) => {
    const [operator, operand] = comparison;
    const type = OPERATORS[operator];
    if (type === undefined)
      return [problem(where, [...Object.keys(OPERATORS), 'And', 'Or', 'Not'].join(', '), operator)];
    const reference = wholeReference(variable);
    if (reference === undefined) return [problem(`${where}.Variable`, 'a reference', variable)];
    const at = `${where}.${operator}`;
    return [
      ...typeProblems(variable, type, { where: `${where}.Variable`, scope }),
      ...typeProblems(operand, type, { where: at, scope }),
      ...(canDecide(reference, comparison, content)
        ? []
        : [problem(at, `what {{ ${reference} }} can be, and can fail to be`, operand)]),
    ];
  };

const createJudge = (scope: Scope, content: Content): Judge => {
  const compare = createComparisonJudge(scope, content);
  const judgeParts = (parts: unknown, where: string) => {
    if (!Array.isArray(parts) || parts.length < 2)
      return [problem(where, 'two conditions or more', parts)];
    return [
      ...repeated(parts.map((part) => JSON.stringify(part))).map((part) =>
        problem(where, 'unique conditions', part),
      ),
      ...parts.flatMap((part, index) => judge(part, `${where}.${index}`)),
    ];
  };
  const judge: Judge = (condition, where) => {
    if (!isObject(condition)) return [problem(where, 'a condition', condition)];
    const { NextStep: _, Variable, ...operators } = condition;
    const [first, ...others] = Object.entries(operators);
    if (first === undefined || others.length > 0)
      return [problem(where, 'one operator', Object.keys(operators))];
    const [operator, operand] = first;
    if (operator === 'And' || operator === 'Or') return judgeParts(operand, `${where}.${operator}`);
    if (operator === 'Not') return judge(operand, `${where}.Not`);
    return compare(Variable, first, where);
  };
  return judge;
};

const wayProblems = ({ name, inputs, onFailure }: Step, targets: readonly unknown[]) => {
  const { Default } = inputs;
  const at = (member: string) => `${name}.${member}`;
  // What cannot be decided is no more than what was not foreseen.
  const fails = onFailure === 'Abort' || onFailure === `step:${Default}`;
  return [
    ...(new Set([...targets, Default]).size > 1
      ? []
      : [problem(at('inputs.Default'), 'a step to which not every choice leads', Default)]),
    ...(fails ? [] : [problem(at('onFailure'), `Abort or step:${Default}`, onFailure)]),
  ];
};

/** Whether every choice of a branch leads somewhere, on a condition that can hold and can fail. */
export const branchProblems = (step: Step, scope: Scope, content: Content): readonly string[] => {
  const choices = (step.inputs['Choices'] ?? []) as readonly Readonly<Record<string, unknown>>[];
  const where = `${step.name}.inputs.Choices`;
  const judge = createJudge(scope, content);
  const conditions = choices.map(({ NextStep: _, ...condition }) => JSON.stringify(condition));
  return [
    ...(choices.length > 0 ? [] : [problem(where, 'a choice or more', choices)]),
    ...choices.flatMap((choice, index) => [
      ...(typeof choice['NextStep'] === 'string'
        ? []
        : [problem(`${where}.${index}.NextStep`, 'the name of a step', choice['NextStep'])]),
      ...judge(choice, `${where}.${index}`),
    ]),
    ...wayProblems(
      step,
      choices.map(({ NextStep }) => NextStep),
    ),
    ...repeated(conditions).map((condition) => problem(where, 'unique conditions', condition)),
  ];
};
