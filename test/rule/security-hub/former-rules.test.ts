import { describe, expect, it } from 'vitest';
import { findingId } from '../../../rule/security-hub/asff.ts';
import { formerRules } from '../../../rule/security-hub/decide-findings.ts';
import type { StoredFinding } from '../../../rule/security-hub/security-hub.ts';
import { findingSettings, singleRule, stored, user } from '../../support/findings.ts';

const { UserId } = user();
const arn = `${singleRule.arn}-former`;
const former = (given: Partial<StoredFinding> = {}, id = UserId): StoredFinding =>
  stored({
    Id: findingId({ arn }, id),
    GeneratorId: arn,
    ProductFields: { ConfigRuleName: 'former', UserId: id },
    ...given,
  });
const rulesOf = (...findings: readonly StoredFinding[]) =>
  formerRules(new Map(findings.map((one) => [one.Id, one])), findingSettings);

describe('formerRules', () => {
  it('are those of active findings of ours that are none of the stack, each once', () => {
    const findings = [stored(), former(), former({}, 'AIDAANOTHER1234567890')];
    expect(rulesOf(...findings)).toEqual([{ arn, names: ['former'] }]);
  });

  it.each([
    ['of a rule of the stack', stored()],
    ['that is archived', former({ RecordState: 'ARCHIVED' })],
    ['without fields', former({ ProductFields: undefined })],
    ['without the name of a rule', former({ ProductFields: { UserId } })],
    [
      'with a name that no rule has',
      former({ ProductFields: { UserId, ConfigRuleName: 'a rule' } }),
    ],
    [
      'with a name that is too long',
      former({ ProductFields: { UserId, ConfigRuleName: 'x'.repeat(129) } }),
    ],
  ])('are none of a finding %s', (_, finding) => {
    expect(rulesOf(finding)).toEqual([]);
  });

  it('have every name that their findings give them, as one may be forged', () => {
    const forged = former({ ProductFields: { ConfigRuleName: 'nope' } }, 'AIDAANOTHER1234567890');
    expect(rulesOf(former(), forged)).toEqual([{ arn, names: ['former', 'nope'] }]);
  });

  it('may have a name of 128 characters', () => {
    const name = 'x'.repeat(128);
    const finding = former({ ProductFields: { UserId, ConfigRuleName: name } });
    expect(rulesOf(finding)).toEqual([{ arn, names: [name] }]);
  });
});
