import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { daysBefore, keyId } from '../../support/build.ts';
import { type ServedRule, serveRule } from '../../support/served-rule.ts';

const KEY = keyId('ALICE');
const EVENTS_PER_PAGE = 50;

/** A failed call, which proves nothing about a key. */
const failedCall = {
  CloudTrailEvent: JSON.stringify({
    eventSource: 'iam.amazonaws.com',
    eventName: 'UpdateAccessKey',
    errorCode: 'AccessDenied',
  }),
};

/** Serves a history of so many events. Returns a function that returns the number of pages that were read. */
const serveEvents = (rule: ServedRule, count: number) => {
  let pages = 0;
  rule.dispatcher.register('cloudtrail', {
    LookupEvents: () => {
      const left = count - pages * EVENTS_PER_PAGE;
      pages += 1;
      return {
        Events: Array(Math.min(left, EVENTS_PER_PAGE)).fill(failedCall),
        NextToken: left > EVENTS_PER_PAGE ? `page ${pages}` : undefined,
      };
    },
  });
  return () => pages;
};

let rule: ServedRule;
beforeEach(async () => {
  vi.spyOn(timersPromises, 'setTimeout').mockResolvedValue(undefined);
  syncBuiltinESMExports();
  rule = await serveRule();
  vi.stubEnv('AWS_REGION', 'us-east-1');
});
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  vi.unstubAllEnvs();
  vi.resetModules();
  await rule.close();
});

describe('the function of iam-user-inactive-access-key', () => {
  it.each([
    [10_000, 'NON_COMPLIANT', 'inactive for at least 90 days'],
    [10_001, 'COMPLIANT', 'since an unknown date'],
  ])(
    'reads 10,000 events at most: of %d events, a key without an event is %s, %s',
    async (count, ComplianceType, text) => {
      const { handler } = await import('../../../rule/inactive-access-key/index.ts');
      rule.rule.whenInvoked = (delivered) => handler(delivered);
      const pages = serveEvents(rule, count);
      const key = { AccessKeyId: KEY, Status: 'Inactive', CreateDate: daysBefore(400) } as const;
      rule.iam.seedUser({ UserName: 'alice', keys: [key] });

      await rule.sweep();

      expect(rule.reported()['alice']).toMatchObject({
        ComplianceType,
        Annotation: expect.stringContaining(text),
      });
      expect(pages()).toBe(200);
    },
  );
});
