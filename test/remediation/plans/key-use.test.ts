import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeKeyUse,
  describeUnreadUse,
  UNKNOWN_REGION,
} from '../../../remediation/plans/key-use.ts';
import { runs } from '../../support/property-runs.ts';

const REGION = 'eu-west-1';
const FROM = `CloudTrail shows these last calls with the key in ${REGION}, the Region of its last use: `;
const LIMITS = ' (management events of the last 90 days, no reads of S3 objects)';

/** An event of a key, with overrides. A member that is undefined is absent. */
const event = (members: object = {}): string =>
  JSON.stringify({
    eventTime: '2026-01-30T10:02:59Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2.15.30',
    ...members,
  });

const describeEvents = (events: readonly string[], isComplete = true) =>
  describeKeyUse({ events, isComplete }, REGION);
/** Describes one event, without what is the same for all. */
const describeOne = (members: object) => {
  const text = describeEvents([event(members)]);
  return text.slice(FROM.length + '2026-01-30T10:02Z '.length, text.indexOf('; in total'));
};

const hour = (hours: number) => new Date(Date.UTC(2026, 0, 30, hours)).toISOString();

describe('describeKeyUse', () => {
  it('names time, API, source address, user agent, and the limits', () => {
    expect(describeEvents([event()])).toBe(
      `${FROM}2026-01-30T10:02Z s3:ListBuckets from 203.0.113.7 (aws-cli/2.15.30); in total 1 event, 1 API, 1 source address, 1 user agent${LIMITS}`,
    );
  });

  it('says that there is no event', () => {
    expect(describeEvents([])).toBe(
      `CloudTrail shows no use of this key in ${REGION}, the Region of its last use${LIMITS}`,
    );
  });

  it('describes the newest event of each of the last three different calls, in any order of events', () => {
    const events = [1, 2, 3, 4].flatMap((name) =>
      [0, 5].map((later) => event({ eventName: `Get${name}`, eventTime: hour(name + later) })),
    );
    const expected = `${FROM}2026-01-30T09:00Z s3:Get4 from 203.0.113.7 (aws-cli/2.15.30); 2026-01-30T08:00Z s3:Get3 from 203.0.113.7 (aws-cli/2.15.30); 2026-01-30T07:00Z s3:Get2 from 203.0.113.7 (aws-cli/2.15.30); in total 8 events, 4 APIs, 1 source address, 1 user agent${LIMITS}`;

    expect(describeEvents(events)).toBe(expected);
    expect(describeEvents(events.toReversed())).toBe(expected);
  });

  it('counts the different APIs, source addresses and user agents', () => {
    const events = [
      event(),
      event({ eventSource: 'ec2.amazonaws.com', sourceIPAddress: '203.0.113.8' }),
      event({ userAgent: 'Boto3/1.26.0', sourceIPAddress: '203.0.113.9' }),
      event({ userAgent: undefined }),
    ];
    expect(describeEvents(events)).toContain(
      '; in total 4 events, 2 APIs, 3 source addresses, 2 user agents (',
    );
  });

  it('says "at least" if there are more events', () => {
    expect(describeEvents([event(), event()], false)).toContain('; in total at least 2 events, ');
  });

  it.each([
    ['no user agent', { userAgent: undefined }, 's3:ListBuckets from 203.0.113.7'],
    ['a user agent null', { userAgent: null }, 's3:ListBuckets from 203.0.113.7'],
    ['an empty user agent', { userAgent: '' }, 's3:ListBuckets from 203.0.113.7'],
    [
      'no source address',
      { sourceIPAddress: undefined },
      's3:ListBuckets from an unknown address (aws-cli/2.15.30)',
    ],
    [
      'an AWS service as its source',
      {
        sourceIPAddress: 'cloudformation.amazonaws.com',
        userAgent: 'cloudformation.amazonaws.com',
      },
      's3:ListBuckets from cloudformation.amazonaws.com (cloudformation.amazonaws.com)',
    ],
    [
      'an IPv6 address',
      { sourceIPAddress: '2001:db8::1' },
      's3:ListBuckets from 2001:db8::1 (aws-cli/2.15.30)',
    ],
    [
      'a service of another name',
      { eventSource: 'signin.aws' },
      'signin.aws:ListBuckets from 203.0.113.7 (aws-cli/2.15.30)',
    ],
  ])('describes an event with %s', (_, members, expected) => {
    expect(describeOne(members)).toBe(expected);
  });

  it('describes events as CloudTrail has recorded them', () => {
    const file = new URL('../../fixtures/cloudtrail/key-use.json', import.meta.url);
    const recorded: unknown[] = JSON.parse(readFileSync(file, 'utf8'));
    const described = recorded.map((one) => describeEvents([JSON.stringify(one)]));
    expect(described.map((text) => text.slice(FROM.length, text.indexOf('; in total')))).toEqual([
      '2026-01-04T10:28Z ec2:DescribeSnapshots from 203.0.113.10 (aws-cli/1.16.193 Python/2.7.16 Linux/4.4.0-03...)',
      '2026-01-05T08:38Z s3:ListBuckets from 2001:db8:85a3::8a2e:370:7334 (aws-cli/1.16.96 Python/2.7.12 Linux/4.4.0-146...)',
      '2026-01-06T21:05Z lambda:CreateEventSourceMapping20150331 from cloudformation.amazonaws.com (cloudformation.amazonaws.com)',
      '2026-01-07T00:31Z kms:Decrypt from AWS Internal (AWS Internal)',
      '2026-01-08T12:00Z sts:GetCallerIdentity from 203.0.113.10 (APN/1.0 HashiCorp/1.0 Terraform/1.9.2 +https ...)',
    ]);
    expect(describeEvents(recorded.map((one) => JSON.stringify(one)))).toContain(
      '; in total 5 events, 5 APIs, 4 source addresses, 5 user agents (',
    );
  });

  it.each([
    ['text that is not JSON', 'event'],
    ['null', 'null'],
    ['no time', event({ eventTime: undefined })],
    ['a time that is no instant', event({ eventTime: '2026-02-30T00:00:00Z' })],
    ['no service', event({ eventSource: undefined })],
    ['no API', event({ eventName: '' })],
    ['a user agent that is no text', event({ userAgent: 7 })],
    ['a source address that is no text', event({ sourceIPAddress: {} })],
  ])('refuses %s', (_, text) => {
    expect(() => describeEvents([event(), text])).toThrow(
      expect.objectContaining({ name: 'InvalidResponseError' }),
    );
  });
});

describe('a text from outside', () => {
  it.each([
    ['a line break', 'a\nb\r\nc', 'a b c'],
    ['a control sequence', '\u001b[31mred\u001b[0m', '31mred 0m'],
    ['a reference of Systems Manager', '{{ Plan.Payload }}', 'Plan.Payload'],
    ['HTML', '<img src="x">&amp;', 'img src= x amp'],
    ['Markdown', '**a** _b_ `c` [d](e) |', 'a b c d e'],
    ['a mention', '<!here> @bob', 'here bob'],
    ['a link', 'see https://example.com/a:/b', 'see https //example.com/a /b'],
    ['a quotation and a substitution', `'"\\$(id);`, 'id'],
    [
      'an end of its parentheses',
      'x); 2026-01-31T00:00Z s3:Get (y',
      'x 2026-01-31T00:00Z s3:Get y',
    ],
    ['bidirectional and invisible characters', 'a\u202eb\u200bc\u00e9', 'a b c'],
    ['48 characters', 'a'.repeat(48), 'a'.repeat(48)],
    ['49 characters', 'a'.repeat(49), `${'a'.repeat(45)}...`],
  ])('is shown as plain ASCII: %s', (_, userAgent, shown) => {
    expect(describeOne({ userAgent })).toBe(`s3:ListBuckets from 203.0.113.7 (${shown})`);
    expect(describeOne({ sourceIPAddress: userAgent })).toBe(
      `s3:ListBuckets from ${shown} (aws-cli/2.15.30)`,
    );
  });

  it.each([
    ['{{Get}}', 's3: Get'],
    ['//example.com', 's3 //example.com'],
    ['x'.repeat(77), `s3:${'x'.repeat(77)}`],
    ['x'.repeat(78), `s3:${'x'.repeat(74)}...`],
  ])('is shown as plain ASCII in the name of an API: %s', (eventName, api) => {
    expect(describeOne({ eventName })).toBe(`${api} from 203.0.113.7 (aws-cli/2.15.30)`);
  });

  it('with nothing to show is left out', () => {
    expect(describeOne({ userAgent: '{{}}', sourceIPAddress: '\u202e' })).toBe(
      's3:ListBuckets from an unknown address',
    );
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme' }),
    fc
      .array(
        fc.constantFrom(
          ...['{{', '}}', '\n', '\u001b[2J', '\u202e', '<b>', '](', '`', '://', ');', 'aws-cli/2'],
        ),
      )
      .map((parts) => parts.join('')),
    fc.constant('x'.repeat(100_000)),
  );
  const anyEvent = fc
    .record({
      eventTime: fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      eventSource: anyText.filter((text) => text !== ''),
      eventName: anyText.filter((text) => text !== ''),
      sourceIPAddress: fc.option(anyText),
      userAgent: fc.option(anyText, { nil: undefined }),
    })
    .map((members) => JSON.stringify(members));
  const USE = /\d{4}-\d\d-\d\dT\d\d:\d\dZ [^;()]+( \([^;()]+\))?/;
  const WHOLE = new RegExp(
    `^${FROM}${USE.source}(; ${USE.source}){0,2}; in total (at least )?\\d+ events?, \\d+ APIs?, \\d+ source address(es)?, \\d+ user agents? \\([ ,\\w]+\\)$`,
  );

  it('makes one line of safe characters, limited length and fixed form', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 1, maxLength: 100 }),
        fc.boolean(),
        (events, isComplete) => {
          const text = describeEvents(events, isComplete);
          expect(text).toMatch(/^[A-Za-z0-9 .,:;/#+=()-]+$/);
          expect(text).not.toContain('://');
          expect(text).toMatch(WHOLE);
          // A request for approval has at most 4,096 characters.
          expect(text.length).toBeLessThanOrEqual(900);
          expect(describeEvents(events.toReversed(), isComplete).length).toBeLessThanOrEqual(900);
        },
      ),
      { numRuns: runs(100) },
    );
  });
});

describe('the longest text', () => {
  it('has at most 900 characters', () => {
    const long = (index: number) => `${index}`.padEnd(100, 'x');
    const events = Array.from({ length: 100 }, (_, index) =>
      event({
        ...{ eventSource: long(index), eventName: long(index) },
        ...{ sourceIPAddress: long(index), userAgent: long(index) },
      }),
    );
    const text = describeKeyUse({ events, isComplete: false }, 'r'.repeat(64));
    expect(text).toContain('in total at least 100 events, 100 APIs');
    expect(text.length).toBeLessThanOrEqual(900);
  });
});

describe('a use that could not be read', () => {
  it('is described with the plain name of the error', () => {
    expect(describeUnreadUse('AccessDeniedException', REGION)).toBe(
      'The recent use of this key in eu-west-1 could not be read from CloudTrail (AccessDeniedException)',
    );
    expect(describeUnreadUse(`{{x}}\n${'y'.repeat(100)}`, REGION)).toBe(
      `The recent use of this key in eu-west-1 could not be read from CloudTrail (x ${'y'.repeat(59)}...)`,
    );
  });

  it('is described without a Region', () => {
    expect(UNKNOWN_REGION).toMatch(/^[A-Za-z ,]+$/);
  });
});
