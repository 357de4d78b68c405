import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings/settings.ts';
import { parameterNameOf, SETTING_PARAMETERS } from '../../infra/template/parameters.ts';
import { valuesForLandingZone, valuesForTerraform } from '../support/ways-in.ts';

/** The settings by the names of their parameters. */
const SETTINGS = new Map(
  Object.keys(SETTING_PARAMETERS).map((setting) => [parameterNameOf(setting), setting]),
);

describe.each([
  ['Landing Zone Accelerator', valuesForLandingZone],
  ['Terraform', valuesForTerraform],
])('the parameters that %s gives', (_, read) => {
  const given = Object.entries(read());

  it('are those of the template, some of them', () => {
    expect(given).not.toHaveLength(0);
    for (const [name] of given) expect([...SETTINGS.keys()]).toContain(name);
  });

  it('have values that their settings take', () => {
    const settings = given.map(([name, value]) => [SETTINGS.get(name), value]);
    expect(() => parseSettings(Object.fromEntries(settings))).not.toThrow();
  });
});
