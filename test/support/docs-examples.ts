import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';
import { REPOSITORY } from '../../infra/functions/bundle.ts';

/** Returns the code blocks of a page in one language. */
export const examplesOf = (page: string, language: string): string[] =>
  [
    ...readFileSync(`${REPOSITORY}${page}`, 'utf8').matchAll(
      new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'),
    ),
  ].map(([, code]) => String(code));

/** Returns the first code block of a page in one language. */
export const exampleOf = (page: string, language: string): string => {
  const [first] = examplesOf(page, language);
  if (first === undefined) throw new Error(`${page}: expected a block in ${language}, got none`);
  return first;
};

/** Parameter values by name. */
type Values = Readonly<Record<string, string>>;

const PAGE = 'docs/ways-in.md';

const texts = v.pipe(v.array(v.string()), v.minLength(1));

/** The schema of a Landing Zone Accelerator configuration. */
const Customizations = v.strictObject({
  customizations: v.strictObject({
    cloudFormationStacks: v.tuple([
      v.strictObject({
        name: v.pipe(v.string(), v.regex(/^\S+$/)),
        description: v.string(),
        template: v.string(),
        regions: texts,
        deploymentTargets: v.strictObject({ organizationalUnits: texts }),
        runOrder: v.pipe(v.number(), v.integer(), v.minValue(1)),
        terminationProtection: v.boolean(),
        parameters: v.array(v.strictObject({ name: v.string(), value: v.string() })),
      }),
    ]),
  }),
});

/** Returns the parameter values of the Landing Zone Accelerator example. */
export const valuesForLandingZone = (): Values => {
  const { customizations } = v.parse(Customizations, parse(exampleOf(PAGE, 'yaml')));
  const [{ parameters }] = customizations.cloudFormationStacks;
  return Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
};

/** Returns the parameter values of the Terraform example. */
export const valuesForTerraform = (): Values => {
  const [, settings = ''] = /^ {2}settings = \{\n(.*?)^ {2}\}/ms.exec(exampleOf(PAGE, 'hcl')) ?? [];
  const lines = [...settings.matchAll(/^ {4}(\w+) += "(.*)"$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [String(name), String(value)]));
};

/** The text of SECURITY.md. */
export const SECURITY = readFileSync(`${REPOSITORY}SECURITY.md`, 'utf8');

/** Returns the policy under a heading of a page. */
export const policyUnder = (heading: string, page: string): unknown => {
  const text = readFileSync(`${REPOSITORY}${page}`, 'utf8');
  const [, section = ''] = text.split(`\n${heading}\n`);
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
  return JSON.parse(json);
};

/** Returns the text of a service control policy in docs/policies. */
export const policyText = (name: string): string =>
  readFileSync(`${REPOSITORY}docs/policies/${name}.json`, 'utf8');
