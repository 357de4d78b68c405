import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidFindingEventError, parseFindingEvent } from '../../../rule/security-hub/event.ts';
import { batchOf } from '../../support/key-event.ts';

const names = ['single', 'inactive'];
const change = (detail: object = {}, outer: object = {}) => ({
  source: 'aws.config',
  'detail-type': 'Config Rules Compliance Change',
  ...outer,
  detail: {
    configRuleName: 'single',
    resourceType: 'AWS::IAM::User',
    resourceId: 'AIDA1',
    newEvaluationResult: { complianceType: 'NON_COMPLIANT' },
    ...detail,
  },
});

describe('parseFindingEvent', () => {
  it('reads the schedule as: all of them', () => {
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    expect(parseFindingEvent(event, names)).toBeUndefined();
  });

  it('reads whose compliance changed, each once, and nothing of what it was said to be', () => {
    const other = change({ configRuleName: 'inactive' });
    const compliant = change({ newEvaluationResult: { complianceType: 'COMPLIANT' } });
    expect(parseFindingEvent(batchOf(change(), other, compliant), names)).toEqual({
      changes: [
        { configRuleName: 'single', userId: 'AIDA1', messageIds: ['message-0', 'message-2'] },
        { configRuleName: 'inactive', userId: 'AIDA1', messageIds: ['message-1'] },
      ],
      poisoned: [],
    });
  });

  it.each([
    ['no JSON', '{', 'change: expected JSON text, got "{"'],
    ['another source', change({}, { source: 'aws.iam' }), 'change.source: expected "aws.config"'],
    ['another rule', change({ configRuleName: 'x' }), 'expected ("single" | "inactive"), got "x"'],
    ['another resource', change({ resourceType: 'AWS::IAM::Role' }), 'change.detail.resourceType'],
    ['no resource', change({ resourceId: '' }), 'a string that is not empty'],
    ['an id that is too long', change({ resourceId: 'A'.repeat(129) }), 'at most 128 characters'],
  ])('sets %s apart, and says why', (_, body, problem) => {
    const { changes, poisoned } = Object(parseFindingEvent(batchOf(body, change()), names));
    expect(changes).toHaveLength(1);
    expect(poisoned).toEqual([
      { messageId: 'message-0', problem: expect.stringContaining(problem) },
    ]);
  });

  it('takes an id of 128 characters', () => {
    const userId = 'A'.repeat(128);
    expect(parseFindingEvent(batchOf(change({ resourceId: userId })), names)).toEqual({
      changes: [{ configRuleName: 'single', userId, messageIds: ['message-0'] }],
      poisoned: [],
    });
  });

  it.each([undefined, {}, { Records: 'all' }, { source: 'aws.events' }])(
    'refuses what is neither: %j',
    (event) => {
      const parse = () => parseFindingEvent(event, names);
      expect(parse).toThrow(InvalidFindingEventError);
      expect(parse).toThrow(
        expect.objectContaining({
          name: 'InvalidFindingEventError',
          message: expect.stringMatching(/^event[.:]/),
        }),
      );
    },
  );

  it('takes or sets apart any text, and fails of nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(parseFindingEvent(batchOf(body), names)).toMatchObject({
          changes: [],
          poisoned: [{ problem: expect.any(String) }],
        });
      }),
    );
  });
});
