import type { Content, Step } from './content.ts';
import { problem } from './problem.ts';

/** Operations that change somebody's access. */
const WRITES: ReadonlySet<unknown> = new Set(['UpdateAccessKey', 'DeleteAccessKey']);

const isWrite = ({ action, inputs }: Step) =>
  action === 'aws:executeAwsApi' && WRITES.has(inputs['Api']);

const writeProblems = ({ name, onFailure, nextStep }: Step): readonly string[] =>
  onFailure === `step:${nextStep}`
    ? []
    : [problem(`${name}.onFailure`, `step:${nextStep}, where success leads`, onFailure)];

const askProblems = ([first, ...others]: readonly Step[]): readonly string[] =>
  others
    .filter(({ inputs }) => JSON.stringify(inputs) !== JSON.stringify(first?.inputs))
    .map(({ name, inputs }) => problem(`${name}.inputs`, `those of ${first?.name}`, inputs));

/**
 * Whether a write leads to one step, however it ends: one that answers with an error may still have happened, so what
 * reads it back decides. And whether a question that is asked again, around a write, is the same question.
 */
export const careProblems = ({ mainSteps }: Content): readonly string[] => [
  ...mainSteps.filter(isWrite).flatMap(writeProblems),
  ...askProblems(mainSteps.filter(({ action }) => action === 'aws:invokeLambdaFunction')),
];
