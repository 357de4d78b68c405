import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
const unread = new Set<string>();
const alice = { known: new Map([[UserId, user()]]), unread };
const noUser = { known: new Map(), unread };
const violating = [{ rule: singleRule, recorded: new Map([[UserId, recorded()]]) }];
const noResult = [{ rule: singleRule, recorded: new Map() }];
const storing = (given: Parameters<typeof stored>[0] = {}) =>
  new Map([[stored().Id, stored(given)]]);

const NOTHING = { results: noResult, users: noUser, stored: new Map(), goneRules: unread, at };
const decide = (input: Partial<FindingInput>) => {
  const { violations, archived } = decideFindings({ ...NOTHING, ...input }, findingSettings);
  const summarize = (findings: typeof violations) =>
    findings.map(({ Id, RecordState, Compliance }) => [Id, RecordState, Compliance?.Status]);
  return { violations: summarize(violations), archived: summarize(archived) };
};
const ACTIVE = [stored().Id, 'ACTIVE', 'FAILED'];
const ARCHIVED = [stored().Id, 'ARCHIVED', 'PASSED'];

describe('decideFindings', () => {
  it.each([
    ['new', new Map()],
    ['active', storing()],
    ['archived', storing({ RecordState: 'ARCHIVED' })],
  ])('scenario 1: imports a recorded violation whose finding is %s', (_, before) => {
    const input = { results: violating, users: alice, stored: before };
    expect(decide(input)).toEqual({ violations: [ACTIVE], archived: [] });
  });

  it('scenario 2: archives the finding of a user that IAM does not have', () => {
    const input = { results: violating, stored: storing() };
    expect(decide(input)).toEqual({ violations: [], archived: [ARCHIVED] });
  });

  it.each([
    ['COMPLIANT', new Map([[UserId, recorded({ ComplianceType: 'COMPLIANT' })]])],
    ['undefined', new Map([[UserId, undefined]])],
    ['missing', new Map()],
  ])('scenario 3: archives the finding of a user whose result is %s', (_, results) => {
    const input = { results: [{ rule: singleRule, recorded: results }], stored: storing() };
    expect(decide(input)).toEqual({ violations: [], archived: [ARCHIVED] });
  });

  it('scenario 3: explains an archived finding by the result of its own user', () => {
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

  it('scenario 4: does nothing without a violation if the finding is archived', () => {
    const input = { stored: storing({ RecordState: 'ARCHIVED' }) };
    expect(decide(input)).toEqual({ violations: [], archived: [] });
  });

  it.each([
    ['the user', { results: violating, users: { known: new Map(), unread: new Set([UserId]) } }],
    ['the rule', { results: [{ rule: inactiveRule, recorded: new Map() }] }],
    ['both rules', { results: [] }],
  ])('scenario 5: does nothing if %s could not be read', (_, input) => {
    expect(decide({ ...input, stored: storing() })).toEqual({ violations: [], archived: [] });
  });

  it('scenario 6: archives the active findings of a rule that Config no longer has', () => {
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

  it('imports every readable violation, and archives every other active finding of the rule', () => {
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
            known: new Map(readable.map((id) => [id, user({ UserId: id })])),
            unread: new Set(failed),
          },
          stored: new Map(findings.map((one) => [one.Id, one])),
        });

        const imported = violators.filter((id) => readable.includes(id));
        const kept = violators.filter((id) => readable.includes(id) || failed.includes(id));
        const isOver = ({ Id, GeneratorId, RecordState }: (typeof findings)[number]) =>
          GeneratorId === singleRule.arn &&
          RecordState === 'ACTIVE' &&
          !kept.some((id) => idOf(id) === Id);
        expect(violations.map(([id]) => id)).toEqual(imported.map((id) => idOf(id)));
        expect(archived.map(([id]) => id)).toEqual(findings.filter(isOver).map(({ Id }) => Id));
      }),
    );
  });
});
