import { date } from '../keys/days.ts';

/**
 * The maximum length of an annotation, in characters.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const MAXIMUM_ANNOTATION_LENGTH = 256;

/** Matches evidence, such as ` (last used 2026-01-31)`, which can change while the result stays the same. */
const EVIDENCE = / \([^()]*\)/g;

const AS_OF = / As of \d{4}-\d{2}-\d{2} UTC\.$/;

const withoutEvidence = (text: string): string => text.replace(EVIDENCE, '');

/**
 * Returns the part of an annotation that decides whether two results are the same: the text without the evidence in
 * parentheses and without the date of the evidence.
 */
export const conclusionOf = (annotation: string | undefined): string | undefined =>
  annotation && withoutEvidence(annotation).replace(AS_OF, '');

/** Matches what follows the date of evidence, such as `, s3, us-east-1`: the service and the Region of a last use. */
const DETAILS = /(?<=\([^()]*\d{4}-\d{2}-\d{2})(?:, [\w.-]+)+(?=[;)])/g;

/** Removes the last match. Returns undefined if there is none. */
const removeLast = (text: string, pattern: RegExp): string | undefined => {
  const last = [...text.matchAll(pattern)].at(-1);
  return last && text.slice(0, last.index) + text.slice(last.index + last[0].length);
};

/**
 * Removes details of the evidence, then evidence, each time the last first, until the text is short enough. Truncates a
 * text that has no evidence left.
 */
const shortenTo = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const shorter = removeLast(text, DETAILS) ?? removeLast(text, EVIDENCE);
  return shorter === undefined ? `${text.slice(0, length - 3)}...` : shortenTo(shorter, length);
};

const NOT_ASCII = /[^\x20-\x7e]/g;

/** The user that an annotation describes, and the instant of the evaluation. */
type AnnotationContext = { readonly UserName: string; readonly at: Date };

/**
 * Builds an annotation: `alice: 2 active access keys, 1 allowed. … As of 2026-01-31 UTC.`
 *
 * Uses the first wording that fits without its evidence, so that the choice does not depend on the evidence. Then removes
 * services and Regions, then whole evidence, until the annotation fits. If no wording fits, truncates the last one.
 * Replaces characters that are not ASCII with question marks.
 *
 * @param wordings  from the longest to the shortest, with evidence in parentheses
 */
export const toAnnotation = (
  wordings: readonly [string, ...string[]],
  { UserName, at }: AnnotationContext,
): string => {
  const start = `${UserName}: `;
  const end = ` As of ${date(at)} UTC.`;
  const length = MAXIMUM_ANNOTATION_LENGTH - start.length - end.length;
  const fits = (wording: string) => withoutEvidence(wording).length <= length;
  const [first, ...others] = wordings;
  const wording = wordings.find(fits) ?? others.at(-1) ?? first;
  return `${start}${shortenTo(wording, length).replace(NOT_ASCII, '?')}${end}`;
};

/** What the annotation of a violation recommends. */
export type ParsedAnnotation = {
  /** `Remediate`: start the remediation. `NameKey`: a person selects a key. `Delete`: delete the key. */
  readonly recommendation: 'Remediate' | 'NameKey' | 'Delete';
  /** The key to deactivate or delete. With `NameKey`, the first of the keys to choose from. */
  readonly AccessKeyId: string;
  /**
   * The status of the key at the evaluation. `Inactive` stands for every status other than `Active`. If it has changed, the
   * recommendation is outdated.
   */
  readonly Status?: 'Active' | 'Inactive';
  /** Present if AWS has quarantined the user, because one of its keys is exposed. */
  readonly isQuarantined?: true;
};
