import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';
import type { BridgedEvent } from '../events/rules.ts';

let account: ServedAccount;
let sent: BridgedEvent[];
beforeEach(async () => {
  sent = [];
  account = await serveAccount({ putEvent: (event) => void sent.push(event) });
  account.config.putConfigRule(ruleProperties());
});
afterEach(() => account.close());

const report = async (ComplianceType: string, minutes: number) => {
  const OrderingTimestamp = account.clock.now.getTime() / 1000 + minutes * 60;
  const evaluation = {
    ComplianceResourceType: 'AWS::IAM::User',
    ComplianceResourceId: 'AIDA1',
    ComplianceType,
    Annotation: `now ${ComplianceType}`,
    OrderingTimestamp,
  };
  account.rule.whenInvoked = async ({ resultToken: ResultToken }) => {
    account.config.operations.PutEvaluations(
      { Evaluations: [evaluation], ResultToken },
      'operator',
    );
  };
  await account.config.deliverSchedule(RULE_NAME);
};
const changes = () =>
  sent.map(({ detail }) => {
    const { oldEvaluationResult, newEvaluationResult } = Object(detail);
    return [oldEvaluationResult?.complianceType, newEvaluationResult.complianceType];
  });

describe('a change of compliance', () => {
  it('is an event, as is the first result', async () => {
    await report('NON_COMPLIANT', 0);
    await report('COMPLIANT', 1);
    await report('NOT_APPLICABLE', 2);

    expect(changes()).toEqual([
      [undefined, 'NON_COMPLIANT'],
      ['NON_COMPLIANT', 'COMPLIANT'],
      ['COMPLIANT', 'NOT_APPLICABLE'],
    ]);
    expect(sent[1]).toMatchObject({
      source: 'aws.config',
      'detail-type': 'Config Rules Compliance Change',
      account: '123456789012',
      region: 'us-east-1',
      detail: {
        resourceId: 'AIDA1',
        resourceType: 'AWS::IAM::User',
        configRuleName: RULE_NAME,
        messageType: 'ComplianceChangeNotification',
        newEvaluationResult: { annotation: 'now COMPLIANT' },
      },
    });
  });

  it('is no event if the type is unchanged, the result is older, or the first result is NOT_APPLICABLE', async () => {
    await report('NOT_APPLICABLE', 0);
    await report('NON_COMPLIANT', 1);
    await report('NON_COMPLIANT', 2);
    await report('COMPLIANT', 1);

    expect(changes()).toEqual([['NOT_APPLICABLE', 'NON_COMPLIANT']]);
  });
});
