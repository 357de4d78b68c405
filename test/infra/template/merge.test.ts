import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Choice, Selection } from '../../../infra/template/choice.ts';
import { merge, mergeTemplates } from '../../../infra/template/merge.ts';
import { settleTemplate } from '../../support/settled-template.ts';

const trueOrFalse = (name: string): Choice => ({
  name,
  alternatives: ['true', 'false'].map((value) => ({
    name: `${name}Is${value}`,
    expression: { 'Fn::Equals': [{ Ref: name }, value] },
    value,
  })),
});
const A = trueOrFalse('A');
const B = trueOrFalse('B');
const Size: Choice = {
  name: 'Size',
  alternatives: ['s', 'm', 'l'].map((value) => ({
    name: `SizeIs_${value}`,
    expression: { 'Fn::Equals': [{ Ref: 'Size' }, value] },
    value,
  })),
};
const NO_VALUE = { Ref: 'AWS::NoValue' };

const has = (selection: Selection, { name }: Choice): boolean => (selection[name] ?? 0) === 0;

describe('a merged value', () => {
  it('is the value itself if it depends on no choice', () => {
    expect(merge(() => ({ a: [1, 'x', null] }), [A, B])).toEqual({ a: [1, 'x', null] });
  });

  it('chooses only where values differ', () => {
    const read = (selection: Selection) => ({
      same: 1,
      deep: { here: has(selection, A) ? 'yes' : 'no' },
    });
    expect(merge(read, [A])).toEqual({
      same: 1,
      deep: { here: { 'Fn::If': ['AIstrue', 'yes', 'no'] } },
    });
  });

  it('has AWS::NoValue for a member that does not exist', () => {
    const read = (selection: Selection) => ({ ...(has(selection, A) && { more: 1 }), less: 2 });
    expect(merge(read, [A])).toEqual({ more: { 'Fn::If': ['AIstrue', 1, NO_VALUE] }, less: 2 });
  });

  it('merges the items of a list of constant length, and keeps another list whole', () => {
    const read = (selection: Selection) => ({
      same: ['a', has(selection, A) ? 'b' : 'c'],
      other: ['a', ...(has(selection, A) ? ['b'] : []), 'c'],
    });
    expect(merge(read, [A])).toEqual({
      same: ['a', { 'Fn::If': ['AIstrue', 'b', 'c'] }],
      other: { 'Fn::If': ['AIstrue', ['a', 'b', 'c'], ['a', 'c']] },
    });
  });

  it('keeps a list whole that is shorter only with two choices together', () => {
    const read = (selection: Selection) => [
      'a',
      ...(has(selection, A) || has(selection, B)
        ? [`${has(selection, A)} ${has(selection, B)}`]
        : []),
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

  it('keeps an intrinsic function whole', () => {
    const read = (selection: Selection) => ({
      'Fn::GetAtt': ['Queue', has(selection, A) ? 'Arn' : 'QueueName'],
    });
    expect(merge(read, [A])).toEqual({
      'Fn::If': [
        'AIstrue',
        { 'Fn::GetAtt': ['Queue', 'Arn'] },
        { 'Fn::GetAtt': ['Queue', 'QueueName'] },
      ],
    });
  });

  it('contains the common parts of two long texts only once', () => {
    const Region = { Ref: 'AWS::Region' };
    const read = (selection: Selection) => ({
      'Fn::Join': [
        '',
        [
          ...['{', Region, has(selection, A) ? 'b' : 'c', Region],
          ...(has(selection, A) ? ['d', Region] : []),
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

  it('is the parameter if each alternative is the value itself', () => {
    const read = ({ Size: index = 0 }: Selection) => ({
      size: ['s', 'm', 'l'][index],
      days: [1, 2, 2][index],
    });
    expect(merge(read, [Size])).toEqual({
      size: { Ref: 'Size' },
      days: { 'Fn::If': ['SizeIs_s', 1, { 'Fn::If': ['SizeIs_m', 2, 2] }] },
    });
  });
});

describe('a merged template', () => {
  const read = (selection: Selection) => ({
    Resources: {
      Always: { Type: 'T' },
      ...(has(selection, A) && { OfA: { Type: 'T', Properties: { b: has(selection, B) } } }),
      ...(has(selection, A) && has(selection, B) && { OfBoth: { Type: 'T' } }),
      ...(!has(selection, A) && has(selection, B) && { Instead: { Type: 'T' } }),
    },
    Outputs: { ...(has(selection, B) && { Out: { Value: 1 } }) },
    Rules: { ...(has(selection, A) && { Rule: { Assertions: [] } }) },
  });

  it('has conditions for the entries that do not always exist', () => {
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

  it('refuses a resource that exists with two of three alternatives', () => {
    const two = ({ Size: index = 0 }: Selection) => ({
      Resources: index < 2 ? { R: { Type: 'T' } } : {},
    });
    expect(() => mergeTemplates(two, [Size])).toThrow(
      'R must exist with exactly one alternative of Size, got 2',
    );
  });
});

/** A value with parts that depend on choices. */
const { value: optionalValue } = fc.letrec<{ value: (selection: Selection) => unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('x', 'y', 1, true).map((one) => () => one),
    fc.tuple(fc.constantFrom(A, B), fc.integer(), fc.integer()).map(
      ([choice, yes, no]) =>
        (selection: Selection) =>
          has(selection, choice) ? yes : no,
    ),
    fc
      .array(fc.tuple(fc.constantFrom(A, B, undefined), fc.constantFrom('x', 'y')), {
        minLength: 2,
      })
      .map((texts) => (selection: Selection) => ({
        'Fn::Join': [
          '',
          [
            ...['(', { Ref: 'AWS::Region' }],
            ...texts.flatMap(([choice, text]) =>
              choice === undefined || has(selection, choice) ? [text, { Ref: 'AWS::Region' }] : [],
            ),
          ],
        ],
      })),
    fc
      .array(fc.tuple(fc.constantFrom(A, B, undefined), tie('value')), { maxLength: 4 })
      .map(
        (items) => (selection: Selection) =>
          items.flatMap(([choice, item], place) =>
            choice === undefined || has(selection, choice)
              ? [{ name: `item-${place}`, value: item(selection) }]
              : [],
          ),
      ),
    fc
      .dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.tuple(fc.constantFrom(A, B, undefined), tie('value')),
      )
      .map(
        (members) => (selection: Selection) =>
          Object.fromEntries(
            Object.entries(members).flatMap(([name, [choice, member]]) =>
              choice === undefined || has(selection, choice) ? [[name, member(selection)]] : [],
            ),
          ),
      ),
  ),
}));

describe('for every selection', () => {
  it('a merged value equals the value that was read', () => {
    fc.assert(
      fc.property(optionalValue, (read) => {
        const template = mergeTemplates(
          (selection) => ({ Resources: { R: { P: read(selection) } } }),
          [A, B],
        );
        for (const a of [0, 1])
          for (const b of [0, 1]) {
            const values = { A: String(a === 0), B: String(b === 0) };
            const expected = { Resources: { R: { P: read({ A: a, B: b }) } } };
            expect(settleTemplate(template, values)).toEqual(settleTemplate(expected, {}));
          }
      }),
    );
  });
});
