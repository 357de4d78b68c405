import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { organizationalUnits } from '../../../infra/organization/organizational-units.ts';

const [a, b, c, root] = ['ou-ab12-cdef3456', 'ou-ab12-00000000', 'ou-ab12-11111111', 'r-ab12'];
const read = (given: unknown) => v.parse(organizationalUnits, given);
const waves = (...given: (readonly [string, readonly string[]])[]) =>
  given.map(([name, ids]) => ({ name, organizationalUnits: ids }));
const ids = (count: number) =>
  Array.from({ length: count }, (_, index) => `ou-ab12-${String(index).padStart(8, '0')}`);

describe('organizationalUnits', () => {
  it.each<[unknown, ReturnType<typeof waves>]>([
    [a, waves(['all', [a]])],
    [root, waves(['all', [root]])],
    [[a, b], waves(['all', [a, b]])],
    [`canary:${a}`, waves(['canary', [a]])],
    [`canary:${a};rest:${b},${c}`, waves(['canary', [a]], ['rest', [b, c]])],
    [{ canary: [a], rest: [b, c] }, waves(['canary', [a]], ['rest', [b, c]])],
    [`canary:${root}`, waves(['canary', [root]])],
  ])('reads %j as waves in order', (given, expected) => {
    expect(read(given)).toEqual(expected);
  });

  it.each([
    ['organizational units', 'ou-ab12-cdef345', 'ou-ab12-cdef3456'],
    ['organizational units', 'ou-ab1-cdef3456', 'ou-ab12-cdef3456'],
    ['organizational units', `ou-ab12-${'c'.repeat(33)}`, `ou-ab12-${'c'.repeat(32)}`],
    ['organizational units', `ou-${'a'.repeat(33)}-cdef3456`, `ou-${'a'.repeat(32)}-cdef3456`],
    ['a root', 'r-ab1', 'r-ab12'],
    ['a root', `r-${'a'.repeat(33)}`, `r-${'a'.repeat(32)}`],
    ['a name that begins with a letter', `1:${a}`, `a1:${a}`],
    ['a name of letters, digits and -', `a_b:${a}`, `a-B2:${a}`],
    ['a name of 31 characters', `${'n'.repeat(32)}:${a}`, `${'n'.repeat(31)}:${a}`],
    ['a name', `:${a}`, `n:${a}`],
    ['no id in two waves', `x:${a};y:${a}`, `x:${a};y:${b}`],
    ['no root in the wave after another', `x:${a};y:${root}`, `x:${a};y:${b}`],
    ['no root beside another unit', `${a},${root}`, `${a},${b}`],
    ['no root before another unit', `${root},${a}`, `${root}`],
    ['no root in the wave before another', `x:${root};y:${a}`, `x:${root}`],
    ['no root beside others', `x:${a};y:${b},${root}`, `x:${a};y:${b}`],
    ['no id twice in one', `${a},${a}`, `${a},${b}`],
    ['no name twice', `x:${a};x:${b}`, `x:${a};y:${b}`],
    ['at most 50 in a wave', ids(51), ids(50)],
    ['at least one in a wave', { x: [a], y: [] }, { x: [a], y: [b] }],
    ['at least one wave', {}, { x: [a] }],
    ['no text before an id', `x${a}`, a],
    ['no text after an id', `${a} `, a],
    ['no text before a root', `x${root}`, root],
    ['no name with more after it', `${'n'.repeat(31)}.:${a}`, `${'n'.repeat(31)}:${a}`],
    ['ids', 7, a],
    ['ids, not an empty text', '', a],
    ['ids, not undefined', undefined, a],
    ['ids, not null', null, a],
  ])('expects %s: refuses %j, takes %j', (_, refused, taken) => {
    expect(v.is(organizationalUnits, refused)).toBe(false);
    expect(read(taken)).not.toEqual([]);
  });
});
