import { describe, expect, it } from 'vitest';
import {
  conclusionOf,
  MAXIMUM_ANNOTATION_LENGTH,
  toAnnotation,
} from '../../../rule/evaluation/annotation.ts';
import { at } from '../../support/build.ts';

const annotate = (...wordings: [string, ...string[]]) =>
  toAnnotation(wordings, { UserName: 'bob', at });
const AS_OF = ' As of 2026-01-31 UTC.';
/** Characters that are left for the wording. */
const ROOM = 256 - 'bob: '.length - AS_OF.length;
const text = (length: number) => 'x'.repeat(length);

describe('toAnnotation', () => {
  it('puts the user name before the wording and the date of the evidence after it', () => {
    expect(annotate('A key (last used 2026-01-30).')).toBe(
      `bob: A key (last used 2026-01-30).${AS_OF}`,
    );
  });

  it('takes the first wording that fits', () => {
    const annotation = annotate(text(ROOM + 1), text(ROOM), 'short');
    expect(annotation).toBe(`bob: ${text(ROOM)}${AS_OF}`);
    expect(annotation).toHaveLength(MAXIMUM_ANNOTATION_LENGTH);
  });

  it.each([
    [-1, 'short'],
    [0, 'b c.'],
    [5, 'b c.'],
    [6, '(one) b c.'],
    [11, '(one) b c.'],
    [12, '(one) b (two) c.'],
  ])(
    'leaves out evidence from the end of a wording with room for %d more characters',
    (room, end) => {
      const start = text(ROOM - ' b c.'.length - room);
      const expected = end === 'short' ? end : `${start} ${end}`;
      expect(annotate(`${start} (one) b (two) c.`, 'short')).toBe(`bob: ${expected}${AS_OF}`);
    },
  );

  it.each([
    'a (last used 2026-01-30, s3, us-east-1) b (X; last used 2026-01-29, ec2; Y, created 2026-01-02) c.',
    'a (last used 2026-01-30, s3, us-east-1) b (X; last used 2026-01-29; Y, created 2026-01-02) c.',
    'a (last used 2026-01-30) b (X; last used 2026-01-29; Y, created 2026-01-02) c.',
    'a (last used 2026-01-30) b c.',
    'a b c.',
  ])('leaves out services and Regions, then evidence, the last first: %s', (end) => {
    const whole =
      'a (last used 2026-01-30, s3, us-east-1) b (X; last used 2026-01-29, ec2; Y, created 2026-01-02) c.';
    const start = text(ROOM - end.length);
    expect(annotate(`${start}${whole}`)).toBe(`bob: ${start}${end}${AS_OF}`);
  });

  it('leaves out no text outside evidence, such as after the date of a sentence', () => {
    const wording = `until 2026-01-30, more; 2026-01-30, s3) ${text(ROOM)}`;
    expect(annotate(wording)).toContain('until 2026-01-30, more; 2026-01-30, s3) x');
  });

  it('cuts the last wording if none fits', () => {
    const cut = `bob: ${text(ROOM - 3)}...${AS_OF}`;
    expect(annotate(text(ROOM + 1))).toBe(cut);
    const long = 'y'.repeat(ROOM + 1);
    const last = `${text(ROOM)} (evidence)y`;
    expect(annotate(long, last)).toBe(cut);
    expect(annotate(long, long, last)).toBe(cut);
  });

  it('replaces characters that are not ASCII', () => {
    expect(annotate('by the tag 期é~')).toBe(`bob: by the tag ??~${AS_OF}`);
  });
});

describe('conclusionOf', () => {
  it('is the annotation without evidence and without the date of the evidence', () => {
    const annotation = annotate('Deactivate K1 (last used 2026-01-01). Keep K2 (never used).');
    expect(conclusionOf(annotation)).toBe('bob: Deactivate K1. Keep K2.');
  });

  it('keeps dates that a decision depends on', () => {
    expect(conclusionOf(annotate('Exempt until 2026-12-31.'))).toBe(
      'bob: Exempt until 2026-12-31.',
    );
    expect(conclusionOf(' As of 2026-01-31 UTC. More.')).toBe(' As of 2026-01-31 UTC. More.');
  });

  it('is undefined without an annotation', () => {
    expect(conclusionOf(undefined)).toBeUndefined();
  });
});
