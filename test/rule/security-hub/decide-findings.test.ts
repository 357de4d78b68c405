import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userIdOf } from '../../../rule/security-hub/asff.ts';
import { decideFindings, type FindingInput } from '../../../rule/security-hub/decide-findings.ts';
import { at } from '../../support/build.ts';
import { idOf } from '../../support/finding-account.ts';
import {
  findingSettings,
  inactiveRule,
  recorded,
  singleRule,
  stored,
  user,
} from '../../support/findings.ts';

const { UserId } = user();
const none = new Set<string>();
const alice = { existing: new Set([UserId]), known: new Map([[UserId, user()]]) };
const unreadAlice = { existing: new Set([UserId]), known: new Map() };
const noUser = { existing: none, known: new Map() };
const violating = [{ rule: singleRule, recorded: new Map([[UserId, recorded()]]) }];
const noResult = [{ rule: singleRule, recorded: new Map() }];
const storing = (given: Parameters<typeof stored>[0] = {}) =>
  new Map([[stored().Id, stored(given)]]);

const NOTHING = { results: noResult, users: noUser, stored: new Map(), goneRules: none, at };
const decide = (input: Partial<FindingInput>) => {
  const { violations, archived } = decideFindings({ ...NOTHING, ...input }, findingSettings);
  const summarize = (findings: typeof violations) =>
    findings.map(({ Id, RecordState, Compliance }) => [Id, RecordState, Compliance?.Status]);
  return { violations: summarize(violations), archived: summarize(archived) };
};
const ACTIVE = [stored().Id, 'ACTIVE', 'FAILED'];
const PASSED = [stored().Id, 'ARCHIVED', 'PASSED'];
const GONE = [stored().Id, 'ARCHIVED', 'NOT_AVAILABLE'];
const resultOf = (result: ReturnType<typeof recorded> | undefined) => [
  { rule: singleRule, recorded: new Map([[UserId, result]]) },
];

describe('decideFindings', () => {
  it.each([
    ['new', new Map()],
    ['active', storing()],
    ['archived', storing({ RecordState: 'ARCHIVED' })],
  ])('scenario 1: imports a recorded violation whose finding is %s', (_, before) => {
    const input = { results: violating, users: alice, stored: before };
    expect(decide(input)).toEqual({ violations: [ACTIVE], archived: [] });
  });

  it.each([alice, unreadAlice, noUser])(
    'scenario 2: archives the finding of a COMPLIANT user (%#)',
    (users) => {
      const results = resultOf(recorded({ ComplianceType: 'COMPLIANT' }));
      const expected = { violations: [], archived: [PASSED] };
      expect(decide({ results, users, stored: storing() })).toEqual(expected);
    },
  );

  it.each([
    ['NON_COMPLIANT', violating],
    ['undefined', resultOf(undefined)],
    ['missing', noResult],
  ])(
    'scenario 3: the finding of a user that IAM does not have is not available: %s',
    (_, results) => {
      const expected = { violations: [], archived: [GONE] };
      expect(decide({ results, stored: storing() })).toEqual(expected);
    },
  );

  it.each([
    ['undefined', resultOf(undefined)],
    ['missing', noResult],
  ])('scenario 4: leaves the finding of a user whose result is %s', (_, results) => {
    for (const users of [alice, unreadAlice])
      expect(decide({ results, users, stored: storing() })).toEqual({
        ...{ violations: [], archived: [] },
      });
  });

  it('scenario 2: explains an archived finding by the result of its own user', () => {
    const ComplianceType = 'COMPLIANT';
    const results = new Map([
      ['AIDAOTHER', recorded({ ComplianceType, OrderingTimestamp: new Date(0) })],
      [UserId, recorded({ ComplianceType, Annotation: undefined })],
    ]);
    const input = { results: [{ rule: singleRule, recorded: results }], stored: storing() };
    const { archived } = decideFindings({ ...NOTHING, ...input }, findingSettings);
    const Description = `COMPLIANT in the evaluation of ${recorded().OrderingTimestamp.toISOString()}.`;
    expect(archived).toMatchObject([{ Compliance: { StatusReasons: [{ Description }] } }]);
  });

  it('scenario 5: does nothing without a violation if the finding is archived', () => {
    const input = { stored: storing({ RecordState: 'ARCHIVED' }) };
    expect(decide(input)).toEqual({ violations: [], archived: [] });
  });

  it.each([
    ['the user', { results: violating, users: unreadAlice }],
    ['the rule', { results: [{ rule: inactiveRule, recorded: new Map() }] }],
    ['both rules', { results: [] }],
  ])('scenario 6: does nothing if %s could not be read', (_, input) => {
    expect(decide({ ...input, stored: storing() })).toEqual({ violations: [], archived: [] });
  });

  it('scenario 7: archives the active findings of a rule that Config no longer has', () => {
    const findingOf = (name: string, RecordState: 'ACTIVE' | 'ARCHIVED') => {
      const GeneratorId = `${singleRule.arn}-${name}`;
      const Id = idOf(UserId, { ...singleRule, arn: GeneratorId });
      return stored({ Id, GeneratorId, RecordState });
    };
    const gone = findingOf('gone', 'ACTIVE');
    const archived = findingOf('gone-too', 'ARCHIVED');
    const all = [gone, archived, findingOf('other', 'ACTIVE')];
    const input = {
      ...{ results: violating, users: alice },
      stored: new Map(all.map((one) => [one.Id, one])),
      goneRules: new Set([gone.GeneratorId, archived.GeneratorId]),
    };
    expect(decide(input)).toEqual({
      violations: [ACTIVE],
      archived: [[gone.Id, 'ARCHIVED', 'NOT_AVAILABLE']],
    });
  });

  const ids = ['A', 'B', 'C', 'D'].map((letter) => `AIDA${letter.repeat(12)}`);
  const aSubset = fc.subarray(ids);
  const aType = fc.constantFrom('COMPLIANT' as const, 'NON_COMPLIANT' as const);
  const someResults = aSubset.chain((some) =>
    fc.tuple(...some.map((id) => aType.map((type) => [id, type] as const))),
  );
  const someFindings = fc.tuple(aSubset, aSubset).map(([active, archived]) =>
    [singleRule, inactiveRule].flatMap((rule) =>
      [...new Set([...active, ...archived])].map((id) => {
        const RecordState = active.includes(id) ? ('ACTIVE' as const) : ('ARCHIVED' as const);
        return stored({ Id: idOf(id, rule), GeneratorId: rule.arn, RecordState });
      }),
    ),
  );

  it('imports every readable violation, and archives exactly what is over', () => {
    fc.assert(
      fc.property(someResults, someFindings, aSubset, aSubset, (types, findings, there, failed) => {
        const violators = types.flatMap(([id, type]) => (type === 'NON_COMPLIANT' ? [id] : []));
        const readable = there.filter((id) => !failed.includes(id));
        const results = types.map(
          ([id, ComplianceType]) => [id, recorded({ ComplianceType })] as const,
        );
        const { violations, archived } = decide({
          results: [{ rule: singleRule, recorded: new Map(results) }],
          users: {
            existing: new Set(there),
            known: new Map(readable.map((id) => [id, user({ UserId: id })])),
          },
          stored: new Map(findings.map((one) => [one.Id, one])),
        });

        const imported = violators.filter((id) => readable.includes(id));
        const typeOf = new Map<string, string>(types);
        const over = findings
          .filter(
            ({ GeneratorId, RecordState }) =>
              GeneratorId === singleRule.arn && RecordState === 'ACTIVE',
          )
          .flatMap(({ Id }) => {
            const UserId = userIdOf(Id);
            if (typeOf.get(UserId) === 'COMPLIANT') return [[Id, 'ARCHIVED', 'PASSED']];
            return there.includes(UserId) ? [] : [[Id, 'ARCHIVED', 'NOT_AVAILABLE']];
          });
        expect(violations.map(([id]) => id)).toEqual(imported.map((id) => idOf(id)));
        expect(archived).toEqual(over);
      }),
    );
  });
});
