import { ACTIONS, type Action, type Input } from './actions.ts';
import { apiProblems } from './api-calls.ts';
import { approvalProblems } from './approval.ts';
import { branchProblems } from './branch.ts';
import type { Content, Step } from './content.ts';
import { problem } from './problem.ts';
import type { Scope } from './scope.ts';
import { scriptProblems } from './scripts.ts';
import { sleepProblems } from './sleep.ts';
import { typeProblems } from './values.ts';

/** What an action asks of its inputs beyond their types. */
const OWN: Readonly<
  Record<string, (step: Step, scope: Scope, content: Content) => readonly string[]>
> = {
  'aws:approve': approvalProblems,
  'aws:branch': branchProblems,
  'aws:executeAwsApi': apiProblems,
  'aws:executeScript': scriptProblems,
  'aws:sleep': sleepProblems,
};

const inputProblems = (step: Step, action: Action, scope: Scope): readonly string[] => {
  const judge = ([name, { type, required, oneOf }]: [string, Input]): readonly string[] => {
    const where = `${step.name}.inputs.${name}`;
    const value = step.inputs[name];
    if (value === undefined) return required ? [problem(where, type, undefined)] : [];
    const problems = typeProblems(value, type, { where, scope });
    if (problems.length > 0) return problems;
    if (value === '') return [problem(where, 'a text that is not empty', value)];
    const isAllowed = oneOf === undefined || oneOf.includes(String(value));
    return isAllowed ? [] : [problem(where, oneOf.join(' or '), value)];
  };
  const unknown = Object.keys(step.inputs).filter((name) => !Object.hasOwn(action.inputs, name));
  return [
    ...Object.entries(action.inputs).flatMap(judge),
    ...(action.takesMore ? [] : unknown).map(
      (name) => `${step.name}.inputs.${name}: expected no such input of ${step.action}`,
    ),
  ];
};

const timeProblems = ({ name, action, timeoutSeconds }: Step, { longest }: Action) => {
  // A branch only compares.
  if (action === 'aws:branch' && timeoutSeconds === undefined) return [];
  const fits = timeoutSeconds !== undefined && timeoutSeconds <= longest;
  return fits
    ? []
    : [problem(`${name}.timeoutSeconds`, `1 to ${longest} seconds of ${action}`, timeoutSeconds)];
};

/** An execution that goes on after a failure must not end as Failed for it, or nobody meant it to go on. */
const criticalProblems = ({ name, onFailure, isCritical }: Step) => {
  const expected = onFailure === 'Abort' ? undefined : false;
  if (isCritical === expected) return [];
  const what = expected === undefined ? 'no isCritical' : 'false';
  return [problem(`${name}.isCritical`, `${what} with onFailure ${onFailure}`, isCritical)];
};

/** Whether each step has an action that there is, its inputs, and an end of its time. */
export const stepProblems = (content: Content, scope: Scope): readonly string[] =>
  content.mainSteps.flatMap((step) => {
    const action = ACTIONS[step.action];
    if (action === undefined)
      return [problem(`${step.name}.action`, Object.keys(ACTIONS).join(', '), step.action)];
    const inputs = inputProblems(step, action, scope);
    return [
      ...timeProblems(step, action),
      ...criticalProblems(step),
      ...inputs,
      // Of inputs that are none already, nothing further can be said.
      ...(inputs.length > 0 ? [] : (OWN[step.action]?.(step, scope, content) ?? [])),
    ];
  });
