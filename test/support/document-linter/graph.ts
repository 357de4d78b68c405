import type { Content, Step } from './content.ts';
import { isObject, problem, repeated } from './problem.ts';

/** A way from one step to another. */
export type Edge = {
  readonly from: string;
  readonly to: string;
  /** The member that says so. */
  readonly where: string;
  /** Whether the step has succeeded, so that it has outputs, when this way is taken. */
  readonly succeeded: boolean;
};

const namedBy = (text: string | undefined): string | undefined =>
  /^step:(.*)$/.exec(text ?? '')?.[1];

const choicesOf = ({ inputs }: Step): (readonly [string, unknown])[] => {
  const choices = Array.isArray(inputs['Choices']) ? inputs['Choices'] : [];
  return [
    ...choices.map((choice: unknown, index): readonly [string, unknown] => [
      `inputs.Choices.${index}.NextStep`,
      isObject(choice) ? choice['NextStep'] : undefined,
    ]),
    ['inputs.Default', inputs['Default']],
  ];
};

/** Every way that leads from a step. */
export const edgesOf = (step: Step): readonly Edge[] => {
  const ways: (readonly [string, unknown, boolean])[] = [
    ['nextStep', step.nextStep, true],
    ['onFailure', namedBy(step.onFailure), false],
    ['nextStep', step.onFailure === 'Continue' ? step.nextStep : undefined, false],
    ['onCancel', namedBy(step.onCancel), false],
    ...(step.action === 'aws:branch' ? choicesOf(step) : []).map(
      ([where, to]) => [where, to, true] as const,
    ),
  ];
  return ways.flatMap(([where, to, succeeded]) =>
    typeof to === 'string'
      ? [{ from: step.name, to, where: `${step.name}.${where}`, succeeded }]
      : [],
  );
};

const endProblems = (step: Step): readonly string[] => {
  const { name, action, nextStep, isEnd } = step;
  const ways = [nextStep, isEnd || undefined].filter((way) => way !== undefined).length;
  if (action === 'aws:branch')
    return ways === 0
      ? []
      : [problem(name, 'no nextStep or isEnd, as it branches', { nextStep, isEnd })];
  // Without either it would go on with whatever stands below it.
  return ways === 1 ? [] : [problem(name, 'either a nextStep or isEnd', { nextStep, isEnd })];
};

const reachable = (first: string, edges: readonly Edge[]): ReadonlySet<string> => {
  const reached = new Set([first]);
  for (const name of reached) for (const { from, to } of edges) if (from === name) reached.add(to);
  return reached;
};

const edgeProblems = (edges: readonly Edge[], names: readonly string[]): readonly string[] =>
  edges.flatMap(({ from, to, where }) => {
    if (!names.includes(to)) return [problem(where, 'the name of a step', to)];
    const isCircle = reachable(to, edges).has(from);
    return isCircle ? [problem(where, 'a step that does not lead back here', to)] : [];
  });

/** Whether the steps have names of their own, lead to each other and to an end, and each has a way to it. */
export const graphProblems = ({ mainSteps }: Content): readonly string[] => {
  const names = mainSteps.map(({ name }) => name);
  // Two steps of one name are no graph.
  const twice = repeated(names).map((name) => problem('mainSteps', 'unique names of steps', name));
  if (twice.length > 0) return twice;
  const edges = mainSteps.flatMap(edgesOf);
  const reached = reachable(names[0] ?? '', edges);
  return [
    ...mainSteps.flatMap(endProblems),
    // A step whose failure is ignored leads to the next one in two ways.
    ...new Set(edgeProblems(edges, names)),
    ...names
      .filter((name) => !reached.has(name))
      .map((name) => problem(name, 'a way that leads to this step', undefined)),
  ];
};
