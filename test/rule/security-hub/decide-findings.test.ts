import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingId } from '../../../rule/security-hub/asff.ts';
import { decideFindings, type Facts } from '../../../rule/security-hub/decide-findings.ts';
import { at } from '../../support/build.ts';
import {
  findingSettings,
  held,
  inactiveRule,
  singleRule,
  stored,
  user,
} from '../../support/findings.ts';

const UserId = user().UserId;
const known = new Map([[UserId, user()]]);
const nobody = { known: new Map(), unread: new Set<string>() };
const violating = [{ rule: singleRule, held: new Map([[UserId, held()]]) }];
const nothing = [{ rule: singleRule, held: new Map() }];
const holds = (given: Parameters<typeof stored>[0] = {}) => new Map([[stored().Id, stored(given)]]);

const decide = (facts: Partial<Facts>) => {
  const { violations, archived } = decideFindings(
    { results: nothing, users: nobody, stored: new Map(), goneRules: new Set(), at, ...facts },
    findingSettings,
  );
  return {
    imported: violations.map(({ Id }) => String(Id)),
    archived: archived.map(({ Id }) => String(Id)),
    states: [...violations, ...archived].map(({ RecordState, Compliance }) => [
      RecordState,
      Compliance?.Status,
    ]),
  };
};

describe('decideFindings', () => {
  it('scenario 1: imports what Config holds as NON_COMPLIANT', () => {
    const users = { known, unread: new Set<string>() };
    for (const before of [new Map(), holds(), holds({ RecordState: 'ARCHIVED' })])
      expect(decide({ results: violating, users, stored: before })).toEqual({
        imported: [stored().Id],
        archived: [],
        states: [['ACTIVE', 'FAILED']],
      });
  });

  it('scenario 2: archives a violation of a user that IAM does not have', () => {
    expect(decide({ results: violating, stored: holds() })).toEqual({
      imported: [],
      archived: [stored().Id],
      states: [['ARCHIVED', 'PASSED']],
    });
  });

  it.each([
    ['COMPLIANT', new Map([[UserId, held({ ComplianceType: 'COMPLIANT' })]])],
    ['nothing', new Map()],
  ])('scenario 3: archives a finding of whose user Config holds %s', (_, results) => {
    const facts = { results: [{ rule: singleRule, held: results }], stored: holds() };
    expect(decide(facts)).toMatchObject({ imported: [], archived: [stored().Id] });
  });

  it('scenario 3: says of an archived finding since when its own user is COMPLIANT', () => {
    const other = held({ ComplianceType: 'COMPLIANT', OrderingTimestamp: new Date(0) });
    const results = new Map([
      ['AIDAOTHER', other],
      [UserId, held({ ComplianceType: 'COMPLIANT', Annotation: undefined })],
    ]);
    const facts = { results: [{ rule: singleRule, held: results }], users: nobody, at };
    const { archived } = decideFindings(
      { ...facts, stored: holds(), goneRules: new Set() },
      findingSettings,
    );
    expect(archived.map(({ Compliance }) => Compliance?.StatusReasons)).toEqual([
      [
        {
          ReasonCode: 'NO_LONGER_NON_COMPLIANT',
          Description: `COMPLIANT by the evaluation of ${held().OrderingTimestamp.toISOString()}.`,
        },
      ],
    ]);
  });

  it('scenario 4: leaves alone what is archived, or never was a finding', () => {
    for (const before of [holds({ RecordState: 'ARCHIVED' }), new Map()])
      expect(decide({ stored: before })).toMatchObject({ imported: [], archived: [] });
  });

  it('scenario 5: says nothing of a user that could not be read, or of a rule that could not', () => {
    const users = { known: new Map(), unread: new Set([UserId]) };
    expect(decide({ results: violating, users, stored: holds() }).states).toEqual([]);
    const others = [{ rule: inactiveRule, held: new Map() }];
    expect(decide({ results: others, stored: holds() }).states).toEqual([]);
    expect(decide({ results: [], stored: holds() }).states).toEqual([]);
  });

  it('scenario 6: archives what is active of a rule that Config has no more, and nothing of others', () => {
    const of = (name: string, RecordState: 'ACTIVE' | 'ARCHIVED') => {
      const GeneratorId = `${singleRule.arn}-${name}`;
      const Id = findingId({ arn: GeneratorId }, UserId);
      return [Id, stored({ Id, GeneratorId, RecordState })] as const;
    };
    const [gone, there, archived] = [
      of('gone', 'ACTIVE'),
      of('there', 'ACTIVE'),
      of('gone-too', 'ARCHIVED'),
    ];
    const goneRules = new Set([gone[1].GeneratorId, archived[1].GeneratorId]);
    const decided = decideFindings(
      {
        results: violating,
        users: { known, unread: new Set<string>() },
        stored: new Map([gone, there, archived]),
        goneRules,
        at,
      },
      findingSettings,
    );
    expect(decided.violations.map(({ Id }) => Id)).toEqual([stored().Id]);
    expect(decided.archived).toMatchObject([
      {
        Id: gone[0],
        GeneratorId: gone[1].GeneratorId,
        RecordState: 'ARCHIVED',
        Compliance: {
          Status: 'NOT_AVAILABLE',
          StatusReasons: [
            {
              ReasonCode: 'RULE_GONE',
              Description: expect.stringContaining('has the rule no more'),
            },
          ],
        },
      },
    ]);
    expect(decided.archived).toHaveLength(1);
  });

  const ids = ['A', 'B', 'C', 'D'].map((letter) => `AIDA${letter.repeat(12)}`);
  const aSubset = fc.subarray(ids);
  const results = aSubset.chain((some) =>
    fc.tuple(
      ...some.map((id) =>
        fc
          .constantFrom('COMPLIANT' as const, 'NON_COMPLIANT' as const)
          .map((ComplianceType) => [id, held({ ComplianceType })] as const),
      ),
    ),
  );
  const before = fc.tuple(aSubset, aSubset).map(([active, inactive]) =>
    [singleRule, inactiveRule].flatMap((rule) =>
      ids
        .filter((id) => active.includes(id) || inactive.includes(id))
        .map((id) => {
          const Id = findingId(rule, id);
          const RecordState = active.includes(id) ? ('ACTIVE' as const) : ('ARCHIVED' as const);
          return [Id, stored({ Id, GeneratorId: rule.arn, RecordState })] as const;
        }),
    ),
  );

  it('never does both to a finding, archives only what was active, and leaves no violation untold', () => {
    fc.assert(
      fc.property(results, before, aSubset, aSubset, (some, findings, there, failed) => {
        const heldNow = new Map(some);
        const unread = new Set(failed);
        const readable = there.filter((id) => !unread.has(id));
        const users = {
          known: new Map(readable.map((id) => [id, user({ UserId: id })])),
          unread,
        };
        const held = new Map(findings);
        const decided = decide({
          results: [{ rule: singleRule, held: heldNow }],
          users,
          stored: held,
        });

        const expected = readable.filter(
          (id) => heldNow.get(id)?.ComplianceType === 'NON_COMPLIANT',
        );
        const idsOf = (some: readonly string[]) => some.map((id) => findingId(singleRule, id));
        expect(decided.imported.toSorted()).toEqual(idsOf(expected).toSorted());
        for (const Id of decided.archived) {
          expect(decided.imported).not.toContain(Id);
          expect(held.get(Id)).toMatchObject({
            RecordState: 'ACTIVE',
            GeneratorId: singleRule.arn,
          });
        }
        const stillOpen = idsOf([...expected, ...failed]);
        for (const [Id, { RecordState, GeneratorId }] of findings)
          if (RecordState === 'ACTIVE' && GeneratorId === singleRule.arn && !stillOpen.includes(Id))
            expect(decided.archived).toContain(Id);
      }),
    );
  });
});
