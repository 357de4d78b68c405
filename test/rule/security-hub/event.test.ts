import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidBatchError } from '../../../rule/input/queue-batch.ts';
import { parseFindingEvent } from '../../../rule/security-hub/event.ts';
import { batchOf } from '../../support/build.ts';
import { change, SCHEDULE } from '../../support/finding-account.ts';

const names = ['single', 'inactive'];
const changeWith = (detail: object = {}, outer: object = {}) => {
  const event = change('AIDA1', 'single');
  return { ...event, ...outer, detail: { ...event.detail, ...detail } };
};
const parse = (...bodies: unknown[]) => parseFindingEvent(batchOf(...bodies), names);

describe('parseFindingEvent', () => {
  it('returns nothing for the schedule', () => {
    expect(parseFindingEvent({ ...SCHEDULE, detail: {} }, names)).toBeUndefined();
  });

  it('reads the rule and the user of each change, and not the compliance', () => {
    expect(parse(changeWith(), changeWith({ configRuleName: 'inactive' }))).toEqual({
      messages: [
        { messageId: 'message-0', body: { ruleName: 'single', userId: 'AIDA1' } },
        { messageId: 'message-1', body: { ruleName: 'inactive', userId: 'AIDA1' } },
      ],
      unreadable: [],
    });
  });

  it.each([
    ['text that is not JSON', '{', 'compliance change: expected JSON text, got "{"'],
    ['another source', changeWith({}, { source: 'x' }), 'change.source: expected "aws.config"'],
    ['another type', changeWith({}, { 'detail-type': 'x' }), '"Config Rules Compliance Change"'],
    ['another rule', changeWith({ configRuleName: 'x' }), '("single" | "inactive"), got "x"'],
    ['another resource', changeWith({ resourceType: 'x' }), 'change.detail.resourceType'],
    ['no resource', changeWith({ resourceId: '' }), 'a string that is not empty'],
    ['a long user id', changeWith({ resourceId: 'A'.repeat(129) }), 'at most 128 characters'],
  ])('separates a message with %s', (_, body, problem) => {
    expect(parse(body, changeWith())).toMatchObject({
      messages: [{ messageId: 'message-1' }],
      unreadable: [{ messageId: 'message-0', problem: expect.stringContaining(problem) }],
    });
  });

  it('accepts a user id of 128 characters', () => {
    const userId = 'A'.repeat(128);
    expect(parse(changeWith({ resourceId: userId }))?.messages).toMatchObject([
      { body: { userId } },
    ]);
  });

  it.each([undefined, {}, { source: 'aws.events' }, { 'detail-type': 'Scheduled Event' }])(
    'refuses %j, which is neither the schedule nor a batch',
    (event) => {
      expect(() => parseFindingEvent(event, names)).toThrow(InvalidBatchError);
    },
  );

  it('separates any other text without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const unreadable = [{ problem: expect.any(String) }];
        expect(parse(body)).toMatchObject({ messages: [], unreadable });
      }),
    );
  });
});
