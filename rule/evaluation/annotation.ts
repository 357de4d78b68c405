import { type AccessKey, idleSince, wasUsed } from '../keys/access-key.ts';
import { date } from '../keys/days.ts';

/**
 * Characters that an annotation may have.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const MAXIMUM_ANNOTATION_LENGTH = 256;

/** Cuts a text that is too long for Config, visibly. */
export const shorten = (text: string): string =>
  text.length <= MAXIMUM_ANNOTATION_LENGTH
    ? text
    : `${text.slice(0, MAXIMUM_ANNOTATION_LENGTH - 3)}...`;

/** The first text that fits Config whole, else the last one, cut. */
export const firstThatFits = (texts: readonly string[]): string =>
  texts.find(({ length }) => length <= MAXIMUM_ANNOTATION_LENGTH) ?? shorten(texts.at(-1) ?? '');

/** What IAM knows of a key's use: `last used 2026-01-31` or `never used, created 2026-01-31`. */
export const describeUse = (key: AccessKey): string =>
  `${wasUsed(key) ? 'last used' : 'never used, created'} ${date(idleSince(key))}`;
