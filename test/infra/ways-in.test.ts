import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings/read-settings.ts';
import { SETTINGS } from '../../infra/settings/settings.ts';
import { parameterNameOf } from '../../infra/template/parameters.ts';
import { valuesForLandingZone, valuesForTerraform } from '../support/docs-examples.ts';

/** The settings by the names of their parameters. */
const BY_PARAMETER = new Map(
  Object.keys(SETTINGS).map((setting) => [parameterNameOf(setting), setting]),
);

describe.each([
  ['Landing Zone Accelerator', valuesForLandingZone],
  ['Terraform', valuesForTerraform],
])('the parameters that %s gives', (_, read) => {
  const given = Object.entries(read());

  it('are parameters of the template', () => {
    expect(given).not.toHaveLength(0);
    for (const [name] of given) expect([...BY_PARAMETER.keys()]).toContain(name);
  });

  it('have values that the settings allow', () => {
    const settings = given.map(([name, value]) => [BY_PARAMETER.get(name), value]);
    expect(() => readSettings(Object.fromEntries(settings))).not.toThrow();
  });
});
