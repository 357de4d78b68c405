import * as v from 'valibot';
import { runScript } from '../local-account/ssm/script.ts';
import { keyId } from '../support/build.ts';
import { readRunbook } from '../support/runbook-document.ts';
import { JsonText, SECRET } from './breakage.ts';
import { expectThat, type Target } from './target.ts';

const UserId = 'AIDAXXXXXXXXXXXXALICE';
const ACTS = ['Deactivate', 'Reactivate', 'Delete'] as const;

/** Returns a valid plan with this action. */
const planOf = (Outcome: (typeof ACTS)[number] | 'NothingToDo' | 'Refused') => ({
  Outcome,
  UserId,
  UserName: 'alice',
  AccessKeyId: keyId('GOES'),
  KeepAccessKeyId: keyId('STAYS'),
  Reason: 'a reason',
  UndoCommand: 'none',
  NextCommand: 'none',
  Basis: 'what is known',
  Evidence: Outcome === 'Delete' ? 'CloudTrail' : 'none',
  Other: SECRET,
});

const Inputs = v.object({ Script: v.string() });
const Answer = v.union([
  v.object({ Payload: v.record(v.string(), v.string()) }),
  v.object({ error: v.string() }),
]);

/** Whether a script refused its input with our own ValueError or RuntimeError. */
const REFUSAL = /\n\n(?:ValueError - invalid plan: expected|RuntimeError - Refused:) /;

/** Maximum length of a failure message. */
const LONGEST_MESSAGE = 1_500;

const isKey = (text: string | undefined) => /^\w{16,128}$/.test(text ?? '');

/** Whether the script read the plan correctly and completely. */
const requireMeant = (given: string, payload: Readonly<Record<string, string>>, act: string) => {
  const plan = JSON.parse(given) as Record<string, unknown>;
  const { Outcome, UserId: id, UserName, AccessKeyId, KeepAccessKeyId, Evidence } = payload;
  const isSame = Object.entries(payload).every(([name, value]) => plan[name] === value);
  const isEnough =
    isKey(AccessKeyId) &&
    /^[\w+=,.@-]{1,128}$/.test(UserName ?? '') &&
    (act !== 'Deactivate' || (isKey(KeepAccessKeyId) && KeepAccessKeyId !== AccessKeyId)) &&
    (act !== 'Delete' || Evidence === 'CloudTrail' || Evidence === 'NoEvent');
  expectThat(
    isSame && id === UserId && (Outcome === 'NothingToDo' || (Outcome === act && isEnough)),
    () => `expected a plan to ${act}, or none, got ${JSON.stringify(payload).slice(0, 500)}`,
  );
};

/** A target that runs the script that reads a plan. Only its output leads to a write. */
const readPlan = (act: (typeof ACTS)[number]): Target => ({
  name: `script that reads a plan to ${act}`,
  share: 0.5,
  specimens: [
    { Plan: new JsonText(planOf(act)) },
    { Plan: planOf(act) },
    { Plan: new JsonText(planOf('NothingToDo')) },
  ],
  refused: [
    { Plan: new JsonText(planOf('Refused')) },
    { Plan: new JsonText({ errorType: 'Error', errorMessage: 'lost', stack: SECRET }) },
  ],
  open: async () => {
    const step = readRunbook('deactivate-access-key').mainSteps.find(
      ({ name }) => name === 'ReadPlan',
    );
    const { Script: script } = v.parse(Inputs, step?.inputs);
    const environment = { PATH: process.env['PATH'] ?? '' };
    const asked = { UserId, AccessKeyId: '', DryRun: 'false', Expected: act, Planned: '' };
    return {
      take: async (given) => {
        // Systems Manager always passes text here.
        const { Plan: plan = given } = Object(given);
        const Plan = typeof plan === 'string' ? plan : (JSON.stringify(plan) ?? '');
        const events = { ...asked, Plan };
        const request = { script, handler: 'read_plan', events, speed: 1, environment };
        const answer = await runScript(request, ['python3', '-S'], AbortSignal.timeout(20_000));
        const read = v.parse(Answer, JSON.parse(answer));
        if ('Payload' in read) {
          requireMeant(Plan, read.Payload, act);
          return {};
        }
        const [name = ''] = /\w+Error(?= - )/.exec(read.error) ?? [];
        expectThat(
          REFUSAL.test(read.error) &&
            Array.from(read.error).length <= LONGEST_MESSAGE &&
            !read.error.includes(SECRET),
          () =>
            `expected a refusal of at most ${LONGEST_MESSAGE} characters, got ${read.error.length}: ${read.error.slice(0, 800)}`,
        );
        return { error: Object.assign(new Error(read.error), { name }) };
      },
    };
  },
});

/** The script between the planner and the write. */
export const scripts: readonly Target[] = ACTS.map(readPlan);
