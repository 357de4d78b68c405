import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROLL_UP_QUERIES, STEPS } from '../../../infra/cost/assumptions.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { usageOfStack } from '../../../infra/cost/usage.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { synthesizeOrganization } from '../organization/synthesize.ts';
import { onlyOne, propertiesOf, synthesize } from '../synthesize.ts';

describe('what the model assumes', () => {
  it.each([
    { keyEvents: true, triggers: 'hybrid' },
    { keyEvents: true, triggers: 'schedule' },
    { keyEvents: false, triggers: 'hybrid' },
    { securityHubFindings: true },
  ] as const)('is the alarms that are deployed with %j', (settings) => {
    const { template } = synthesize(settings);
    expect(usageOfStack(parseScenario(settings), 'TwentyFour_Hours').paid.alarm).toBe(
      propertiesOf(template, 'AWS::CloudWatch::Alarm').length,
    );
  });

  it('is the steps of the two runbooks, but for those of an approval, a message and a second plan after it', () => {
    const options = ['Approve', 'PlanAgain', 'ReadPlanAgain', 'Notify'];
    const stepsOf = (document: string): string[] =>
      parse(
        readFileSync(`${REPOSITORY}remediation/runbooks/${document}.yaml`, 'utf8'),
      ).mainSteps.map(({ name }: { name: string }) => name);
    const deactivation = stepsOf('deactivate-access-key').filter((name) => !options.includes(name));
    const deletion = stepsOf('delete-inactive-access-key').filter(
      (name) => name !== 'Approve' && name !== 'Notify',
    );
    expect(deactivation.length + deletion.length).toBe(STEPS);
  });

  it('is the queries of the roll-up', () => {
    const body = JSON.stringify(
      onlyOne(synthesizeOrganization().organization, 'AWS::CloudWatch::Dashboard'),
    );
    expect(body.match(/SELECT /g)).toHaveLength(ROLL_UP_QUERIES);
  });
});
