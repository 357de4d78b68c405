import { ACTIONS } from './actions.ts';
import { apiOutputType } from './api-calls.ts';
import type { Content, Output, Step } from './content.ts';
import { problem, repeated } from './problem.ts';
import type { Scope } from './scope.ts';

/** What of its answer an action lets a step select; undefined, nothing. */
const SELECTABLE: Readonly<Record<string, RegExp>> = {
  'aws:executeAwsApi': /^\$(\.\w+|\[\d+\])+$/,
  'aws:executeScript': /^\$\.Payload(\.\w+|\[\d+\])+$/,
  'aws:invokeLambdaFunction': /^\$\.Payload(\.\w+|\[\d+\])*$/,
};

const selectorProblems = (step: Step, { Name, Selector, Type }: Output): readonly string[] => {
  const where = `${step.name}.outputs.${Name}`;
  const selectable = SELECTABLE[step.action];
  if (selectable === undefined) return [`${where}: expected no outputs of ${step.action}`];
  if (!selectable.test(Selector))
    return [problem(`${where}.Selector`, `a path such as ${String(selectable)}`, Selector)];
  if (step.action !== 'aws:executeAwsApi') return [];
  const type = apiOutputType(step, Selector);
  if (type === undefined)
    return [problem(`${where}.Selector`, 'a member of the response', Selector)];
  return type === Type || type === 'Any' ? [] : [problem(`${where}.Type`, type, Type)];
};

const stepProblems = (step: Step): readonly string[] => {
  const { name, action, outputs } = step;
  const names = [
    ...Object.keys(ACTIONS[action]?.outputs ?? {}),
    ...outputs.map(({ Name }) => Name),
  ];
  return [
    ...repeated(names).map((output) => problem(`${name}.outputs`, 'unique names', output)),
    ...outputs.flatMap((output) => selectorProblems(step, output)),
  ];
};

/** Nothing comes after a step that ends: its outputs are those of the document, or nobody's. */
const lastProblems = ({ outputs, mainSteps }: Content): readonly string[] =>
  mainSteps
    .filter(({ isEnd }) => isEnd)
    .flatMap((step) => step.outputs.map(({ Name }) => `${step.name}.${Name}`))
    .filter((output) => !outputs.includes(output))
    .map((output) => problem('outputs', `${output}, which no step takes`, outputs));

/** Whether outputs have names of their own, and select what is there; those of the document name some of a step. */
export const outputProblems = (content: Content, scope: Scope): readonly string[] => [
  ...content.mainSteps.flatMap(stepProblems),
  ...lastProblems(content),
  ...repeated(content.outputs).map((output) => problem('outputs', 'unique outputs', output)),
  ...content.outputs
    .filter((output) => !scope.has(output))
    .map((output) => problem('outputs', 'an output of a step', output)),
];
