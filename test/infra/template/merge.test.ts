import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Choice, Ways } from '../../../infra/template/choice.ts';
import { merge, mergeTemplates } from '../../../infra/template/merge.ts';
import { settleTemplate } from '../../support/settled-template.ts';

const yesOrNo = (name: string): Choice => ({
  name,
  ways: ['true', 'false'].map((value) => ({
    name: `${name}Is${value}`,
    holds: { 'Fn::Equals': [{ Ref: name }, value] },
    value,
  })),
});
const A = yesOrNo('A');
const B = yesOrNo('B');
const Size: Choice = {
  name: 'Size',
  ways: ['s', 'm', 'l'].map((value) => ({
    name: `SizeIs_${value}`,
    holds: { 'Fn::Equals': [{ Ref: 'Size' }, value] },
    value,
  })),
};
const NO_VALUE = { Ref: 'AWS::NoValue' };

const has = (ways: Ways, { name }: Choice): boolean => (ways[name] ?? 0) === 0;

describe('a merged value', () => {
  it('is the value itself where nothing depends on a choice', () => {
    expect(merge(() => ({ a: [1, 'x', null] }), [A, B])).toEqual({ a: [1, 'x', null] });
  });

  it('chooses at the smallest place that differs', () => {
    const read = (ways: Ways) => ({ same: 1, deep: { here: has(ways, A) ? 'yes' : 'no' } });
    expect(merge(read, [A])).toEqual({
      same: 1,
      deep: { here: { 'Fn::If': ['AIstrue', 'yes', 'no'] } },
    });
  });

  it('has no value for a member that is left out', () => {
    const read = (ways: Ways) => ({ ...(has(ways, A) && { more: 1 }), less: 2 });
    expect(merge(read, [A])).toEqual({ more: { 'Fn::If': ['AIstrue', 1, NO_VALUE] }, less: 2 });
  });

  it('merges items of a list that is always as long, and takes another whole', () => {
    const read = (ways: Ways) => ({
      same: ['a', has(ways, A) ? 'b' : 'c'],
      other: ['a', ...(has(ways, A) ? ['b'] : []), 'c'],
    });
    expect(merge(read, [A])).toEqual({
      same: ['a', { 'Fn::If': ['AIstrue', 'b', 'c'] }],
      other: { 'Fn::If': ['AIstrue', ['a', 'b', 'c'], ['a', 'c']] },
    });
  });

  it('takes a list whole that is shorter only when two choices go their other way', () => {
    const read = (ways: Ways) => [
      'a',
      ...(has(ways, A) || has(ways, B) ? [`${has(ways, A)} ${has(ways, B)}`] : []),
    ];
    const either = (B: unknown[]) => ({ 'Fn::If': ['BIstrue', ...B] });
    expect(merge(read, [A, B])).toEqual({
      'Fn::If': [
        'AIstrue',
        ['a', either(['true true', 'true false'])],
        either([['a', 'false true'], ['a']]),
      ],
    });
  });

  it('takes an intrinsic function whole', () => {
    const read = (ways: Ways) => ({ 'Fn::GetAtt': ['Queue', has(ways, A) ? 'Arn' : 'QueueName'] });
    expect(merge(read, [A])).toEqual({
      'Fn::If': [
        'AIstrue',
        { 'Fn::GetAtt': ['Queue', 'Arn'] },
        { 'Fn::GetAtt': ['Queue', 'QueueName'] },
      ],
    });
  });

  it('has what two long texts share once', () => {
    const Region = { Ref: 'AWS::Region' };
    const read = (ways: Ways) => ({
      'Fn::Join': [
        '',
        [
          ...['{', Region, has(ways, A) ? 'b' : 'c', Region],
          ...(has(ways, A) ? ['d', Region] : []),
          '}',
        ],
      ],
    });
    expect(merge(read, [A])).toEqual({
      'Fn::Join': [
        '',
        [
          ...['{', Region, { 'Fn::If': ['AIstrue', 'b', 'c'] }, Region],
          { 'Fn::If': ['AIstrue', { 'Fn::Join': ['', ['d', Region]] }, ''] },
          '}',
        ],
      ],
    });
  });

  it('is the parameter where each way has its own value', () => {
    const read = ({ Size: way = 0 }: Ways) => ({
      size: ['s', 'm', 'l'][way],
      days: [1, 2, 2][way],
    });
    expect(merge(read, [Size])).toEqual({
      size: { Ref: 'Size' },
      days: { 'Fn::If': ['SizeIs_s', 1, { 'Fn::If': ['SizeIs_m', 2, 2] }] },
    });
  });
});

describe('a merged template', () => {
  const read = (ways: Ways) => ({
    Resources: {
      Always: { Type: 'T' },
      ...(has(ways, A) && { OfA: { Type: 'T', Properties: { b: has(ways, B) } } }),
      ...(has(ways, A) && has(ways, B) && { OfBoth: { Type: 'T' } }),
      ...(!has(ways, A) && has(ways, B) && { Instead: { Type: 'T' } }),
    },
    Outputs: { ...(has(ways, B) && { Out: { Value: 1 } }) },
    Rules: { ...(has(ways, A) && { Rule: { Assertions: [] } }) },
  });

  it('has what is not always there under a condition, and the conditions that it names', () => {
    expect(mergeTemplates(read, [A, B])).toEqual({
      Resources: {
        Always: { Type: 'T' },
        OfA: {
          Condition: 'AIstrue',
          Type: 'T',
          Properties: { b: { 'Fn::If': ['BIstrue', true, false] } },
        },
        OfBoth: { Condition: 'AIstrueAndBIstrue', Type: 'T' },
        Instead: { Condition: 'AIsfalseAndBIstrue', Type: 'T' },
      },
      Outputs: { Out: { Condition: 'BIstrue', Value: 1 } },
      Rules: { Rule: { RuleCondition: { 'Fn::Equals': [{ Ref: 'A' }, 'true'] }, Assertions: [] } },
      Conditions: {
        AIstrue: { 'Fn::Equals': [{ Ref: 'A' }, 'true'] },
        AIsfalse: { 'Fn::Equals': [{ Ref: 'A' }, 'false'] },
        BIstrue: { 'Fn::Equals': [{ Ref: 'B' }, 'true'] },
        AIstrueAndBIstrue: { 'Fn::And': [{ Condition: 'AIstrue' }, { Condition: 'BIstrue' }] },
        AIsfalseAndBIstrue: { 'Fn::And': [{ Condition: 'AIsfalse' }, { Condition: 'BIstrue' }] },
      },
    });
  });

  it('refuses a resource that two of three ways have', () => {
    const two = ({ Size: way = 0 }: Ways) => ({ Resources: way < 2 ? { R: { Type: 'T' } } : {} });
    expect(() => mergeTemplates(two, [Size])).toThrow(
      'R: expected to be there with one way of Size, got 2',
    );
  });
});

/** A value of which parts are there only with a choice, or are others without it. */
const { value: optionalValue } = fc.letrec<{ value: (ways: Ways) => unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('x', 'y', 1, true).map((one) => () => one),
    fc.tuple(fc.constantFrom(A, B), fc.integer(), fc.integer()).map(
      ([choice, yes, no]) =>
        (ways: Ways) =>
          has(ways, choice) ? yes : no,
    ),
    fc
      .array(fc.tuple(fc.constantFrom(A, B, undefined), fc.constantFrom('x', 'y')), {
        minLength: 2,
      })
      .map((texts) => (ways: Ways) => ({
        'Fn::Join': [
          '',
          [
            ...['(', { Ref: 'AWS::Region' }],
            ...texts.flatMap(([choice, text]) =>
              choice === undefined || has(ways, choice) ? [text, { Ref: 'AWS::Region' }] : [],
            ),
          ],
        ],
      })),
    fc
      .array(fc.tuple(fc.constantFrom(A, B, undefined), tie('value')), { maxLength: 4 })
      .map(
        (items) => (ways: Ways) =>
          items.flatMap(([choice, item], place) =>
            choice === undefined || has(ways, choice)
              ? [{ name: `item-${place}`, value: item(ways) }]
              : [],
          ),
      ),
    fc
      .dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.tuple(fc.constantFrom(A, B, undefined), tie('value')),
      )
      .map(
        (members) => (ways: Ways) =>
          Object.fromEntries(
            Object.entries(members).flatMap(([name, [choice, member]]) =>
              choice === undefined || has(ways, choice) ? [[name, member(ways)]] : [],
            ),
          ),
      ),
  ),
}));

describe('whichever way the choices go', () => {
  it('a merged value is what was there', () => {
    fc.assert(
      fc.property(optionalValue, (read) => {
        const template = mergeTemplates(
          (ways) => ({ Resources: { R: { P: read(ways) } } }),
          [A, B],
        );
        for (const way of [0, 1])
          for (const other of [0, 1]) {
            const values = { A: String(way === 0), B: String(other === 0) };
            const expected = { Resources: { R: { P: read({ A: way, B: other }) } } };
            expect(settleTemplate(template, values)).toEqual(settleTemplate(expected, {}));
          }
      }),
    );
  });
});
