import { ACTIONS } from './actions.ts';
import type { Content, TYPES } from './content.ts';

/** The type of a value; `Any` where every type will do. */
export type Type = (typeof TYPES)[number] | 'Any';

/** What references may name, and the type of each. */
export type Scope = ReadonlyMap<string, Type>;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
const VARIABLES = [
  'global:ACCOUNT_ID',
  'global:AWS_PARTITION',
  'global:DATE',
  'global:DATE_TIME',
  'global:REGION',
  'automation:EXECUTION_ID',
];

/** What a document declares for its references: parameters, outputs of steps, and AWS's own variables. */
export const scopeOf = ({ parameters, mainSteps }: Content): Scope =>
  new Map<string, Type>([
    ...VARIABLES.map((name): [string, Type] => [name, 'String']),
    ...Object.entries(parameters).map(([name, { type }]): [string, Type] => [name, type]),
    ...mainSteps.flatMap(({ name, action, outputs }) => [
      ...Object.entries(ACTIONS[action]?.outputs ?? {}).map(([output, type]): [string, Type] => [
        `${name}.${output}`,
        type,
      ]),
      ...outputs.map(({ Name, Type }): [string, Type] => [`${name}.${Name}`, Type]),
    ]),
  ]);
