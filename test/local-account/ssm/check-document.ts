import { ACTIONS } from './actions.ts';
import { branchTargets } from './branch.ts';
import { type AutomationDocument, invalidDocument, type Step } from './document.ts';
import { referencesIn } from './references.ts';

/** What stands in references beside parameters and outputs of steps. */
const VARIABLES = [
  'global:ACCOUNT_ID',
  'global:REGION',
  'global:AWS_PARTITION',
  'automation:EXECUTION_ID',
] as const;

const followersOf = (step: Step, following: Step | undefined): readonly string[] => {
  const onFailure = step.onFailure.startsWith('step:') ? [step.onFailure.slice(5)] : [];
  const targets = step.action === 'aws:branch' ? branchTargets(step) : [];
  if (step.isEnd) return [...targets, ...onFailure];
  const next = step.nextStep ?? following?.name;
  return [...targets, ...(next === undefined ? [] : [next]), ...onFailure];
};

const requireNoCircle = (graph: ReadonlyMap<string, readonly string[]>) => {
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (name: string, from: string) => {
    const followers = graph.get(name);
    if (followers === undefined) throw invalidDocument(`${from}: there is no step ${name}`);
    if (open.has(name)) throw invalidDocument(`${from}: leads back to ${name}, without end`);
    if (done.has(name)) return;
    open.add(name);
    for (const follower of followers) visit(follower, name);
    open.delete(name);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, 'mainSteps');
};

const requireUniqueNames = (steps: readonly Step[]) => {
  const names = steps.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidDocument(`${repeated}: two steps have this name`);
};

const requireKnownActions = (steps: readonly Step[]) => {
  for (const { name, action } of steps)
    if (!Object.hasOwn(ACTIONS, action)) {
      const known = Object.keys(ACTIONS).join(', ');
      throw invalidDocument(`${name}: unknown action ${action}, expected one of ${known}`);
    }
};

const requireKnownReferences = ({
  parameters,
  mainSteps,
  assumeRole,
  outputs,
}: AutomationDocument) => {
  const outputsOfSteps = mainSteps.flatMap((step) =>
    [...(ACTIONS[step.action]?.outputs ?? []), ...step.outputs.map(({ Name }) => Name)].map(
      (output) => `${step.name}.${output}`,
    ),
  );
  const known = new Set<string>([...Object.keys(parameters), ...VARIABLES, ...outputsOfSteps]);
  const require = (where: string, references: readonly string[]) => {
    for (const reference of references)
      if (!known.has(reference)) throw invalidDocument(`${where}: nothing is called ${reference}`);
  };
  for (const { name, inputs } of mainSteps) require(name, referencesIn(inputs));
  require('assumeRole', referencesIn(assumeRole));
  require('outputs', outputs);
};

/**
 * Makes sure that a document can run to an end: its steps exist, lead forward, and refer to what there is.
 *
 * @throws {ServiceError} InvalidDocumentContent names the step and what is wrong with it
 */
export const requireRunnable = (document: AutomationDocument): void => {
  const steps = document.mainSteps;
  requireUniqueNames(steps);
  requireKnownActions(steps);
  requireNoCircle(
    new Map(steps.map((step, index) => [step.name, followersOf(step, steps[index + 1])])),
  );
  requireKnownReferences(document);
};
