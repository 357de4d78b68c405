import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { SETTING_GROUPS, SETTINGS } from '../../../infra/settings/settings.ts';
import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../../rule/evaluation/parameters.ts';

describe('the settings', () => {
  it('contain the parameters of both rules', () => {
    expect(SETTINGS).toMatchObject({ ...RULE_PARAMETERS, ...INACTIVE_RULE_PARAMETERS });
  });

  it('are in one group each', () => {
    const grouped = SETTING_GROUPS.flatMap(({ settings }) => Object.keys(settings));
    expect(grouped).toEqual(Object.keys(SETTINGS));
  });

  it('offer the retention periods of CloudWatch Logs, except an infinite one', () => {
    const periods = Object.values(RetentionDays).filter((days) => typeof days === 'number');
    expect(SETTINGS.logRetentionInDays.options).toEqual(
      periods.filter((days) => days !== RetentionDays.INFINITE),
    );
  });
});
