import * as v from 'valibot';
import { parse } from 'yaml';
import { exampleOf } from './examples.ts';

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
