import type { Step } from './content.ts';
import { problem } from './problem.ts';

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const LONGEST_SUBJECT = 100;
/** The longest that a reference in a subject may become: a user's name. */
const LONGEST_NAME = 64;

/** Whether the subject of a message is one that Amazon SNS takes: ASCII, one line, short enough with the longest name. */
export const subjectProblems = ({ name, inputs }: Step): readonly string[] => {
  const { Service, Api, Subject: subject } = inputs;
  if (`${Service}:${Api}` !== 'sns:Publish' || typeof subject !== 'string') return [];
  const where = `${name}.inputs.Subject`;
  const longest = subject.replace(/\{\{[^}]*\}\}/g, 'x'.repeat(LONGEST_NAME));
  if (!/^[!-~][ -~]*$/.test(subject)) return [problem(where, 'one line of ASCII', subject)];
  return longest.length <= LONGEST_SUBJECT
    ? []
    : [problem(where, `at most ${LONGEST_SUBJECT} characters`, longest.length)];
};
