import type { Content, Parameter } from './content.ts';
import { examplesOf } from './parameter-examples.ts';
import { patternProblems } from './patterns.ts';
import { problem, repeated } from './problem.ts';

type Named = Parameter & { readonly where: string; readonly name: string };

const takes = ({ allowedPattern, allowedValues }: Parameter, value: string): boolean =>
  allowedValues?.includes(value) ?? new RegExp(`^(?:${allowedPattern})$`).test(value);

const boundProblems = ({ where, allowedPattern, allowedValues }: Named): readonly string[] => {
  if ((allowedPattern === undefined) === (allowedValues === undefined))
    return [problem(where, 'either an allowedPattern or allowedValues', allowedPattern)];
  if (allowedPattern !== undefined)
    return patternProblems(allowedPattern, `${where}.allowedPattern`);
  return repeated(allowedValues ?? []).map((value) =>
    problem(`${where}.allowedValues`, 'unique values', value),
  );
};

const defaultProblems = (parameter: Named): readonly string[] => {
  const { where, default: value, description } = parameter;
  const promise = value === undefined ? '(Required)' : '(Optional)';
  const fits = value === undefined || (typeof value === 'string' && takes(parameter, value));
  return [
    ...(fits ? [] : [problem(`${where}.default`, 'a value that the parameter takes', value)]),
    ...(description.startsWith(`${promise} `)
      ? []
      : [problem(`${where}.description`, `${promise} at its start`, description)]),
  ];
};

const exampleProblems = (parameter: Named): readonly string[] => {
  const { where, name } = parameter;
  const examples = examplesOf(name);
  if (examples === undefined) return [problem(where, 'examples of its values', undefined)];
  return [
    ...examples.accepted
      .filter((value) => !takes(parameter, value))
      .map((value) => problem(where, 'a parameter that takes its good examples', value)),
    ...examples.refused
      .filter((value) => takes(parameter, value))
      .map((value) => problem(where, 'a parameter that refuses its bad examples', value)),
  ];
};

/** Whether each parameter is bounded, takes its default and what it should, and refuses the rest. */
export const parameterProblems = ({ parameters }: Content): readonly string[] =>
  Object.entries(parameters).flatMap(([name, parameter]) => {
    const named = { ...parameter, name, where: `parameters.${name}` };
    // AWS gives every value as texts; one type has one way to read them.
    if (parameter.type !== 'String')
      return [problem(`${named.where}.type`, 'String', parameter.type)];
    const bounds = boundProblems(named);
    if (bounds.length > 0) return bounds;
    return [...defaultProblems(named), ...exampleProblems(named)];
  });
