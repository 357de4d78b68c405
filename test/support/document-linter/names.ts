import type { Content } from './content.ts';
import { problem } from './problem.ts';

/** What AWS reads in a reference as its own: `{{ global:REGION }}`, `{{ loop.CurrentIteratorValue }}`. */
const RESERVED: ReadonlySet<string> = new Set(['automation', 'global', 'loop', 'ssm', 'variable']);

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html */
const RESERVED_PREFIXES = /^(aws|amazon|amzn)/i;

/** Whether steps and parameters have names that references cannot take for AWS's own, or for each other. */
export const nameProblems = ({ parameters, mainSteps }: Content): readonly string[] => {
  const named: readonly (readonly [string, string])[] = [
    ...Object.keys(parameters).map((name) => [`parameters.${name}`, name] as const),
    ...mainSteps.map(({ name }) => [`mainSteps.${name}`, name] as const),
  ];
  return named
    .filter(([, name]) => RESERVED.has(name.toLowerCase()))
    .map(([where, name]) => problem(where, 'a name that AWS does not use', name));
};

/** Whether Systems Manager takes a name for a document. */
export const documentNameProblems = (name: string): readonly string[] => {
  if (!/^[\w.-]{3,128}$/.test(name))
    return [problem('name', '3 to 128 letters, digits, _, - and .', name)];
  return RESERVED_PREFIXES.test(name)
    ? [problem('name', 'no prefix aws, amazon or amzn', name)]
    : [];
};
