import { IAM_REGIONS } from '../../rule/aws/regions.ts';
import { type Finding, unreadFinding, userFinding } from './findings.ts';
import type { Options } from './preflight.ts';
import { type AccountFacts, partitionOf } from './read-account.ts';
import { reachesRegion, trailVerdict } from './trail.ts';

const group = 'Key events';

const why =
  'key events do not arrive: a new or reactivated key is found by the schedule only, up to a day later';
const WITHOUT = 'or deploy with -c keyEvents=false';

type Wrong = { readonly name: string; readonly problem: string; readonly mend: string };

const noTrail = (region: string): Finding => ({
  group,
  state: 'missing',
  what: `no trail reaches ${region}`,
  why,
  mends: [
    `aws cloudtrail create-trail --region ${region} --name management-events --is-multi-region-trail --s3-bucket-name <bucket>`,
    `aws cloudtrail start-logging --region ${region} --name management-events`,
    WITHOUT,
  ],
});

const noTrailLogs = (wrong: readonly Wrong[]): Finding => {
  const reasons = wrong.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
  const what = `no trail logs the management events of IAM that write (${reasons})`;
  const mends = [...wrong.slice(0, 1).map(({ mend }) => mend), WITHOUT];
  return { group, state: 'missing', what, why, mends };
};

/** One trail that logs is enough, whatever the others do or hide. */
const trailFindings = ({ trails, region, identity }: AccountFacts): Finding[] => {
  if ('unread' in trails) return [unreadFinding(group, 'the trails', trails.unread)];
  const account = 'facts' in identity ? identity.facts.Account : undefined;
  const judged = trails.facts
    .filter(({ trail }) => reachesRegion(trail, region))
    .map((facts) => ({ name: facts.trail.Name, verdict: trailVerdict(facts, account) }));
  if (judged.length === 0) return [noTrail(region)];

  const unread: Finding[] = [];
  const wrong: Wrong[] = [];
  for (const { name, verdict } of judged) {
    if ('logs' in verdict)
      return [{ group, state: 'fine', what: `the trail ${name} logs key events` }];
    if ('problem' in verdict) wrong.push({ name, ...verdict });
    else
      unread.push(
        unreadFinding(group, `whether the trail ${name} logs key events`, verdict.unread),
      );
  }
  return unread.length > 0 ? unread : [noTrailLogs(wrong)];
};

/**
 * Key events arrive in the Region of IAM's control plane, when a trail there logs them, and start evaluations.
 *
 * In another Region no trail helps, and none is judged; of the users only what is not fine is said there.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export const keyEventFindings = (
  facts: AccountFacts,
  { keyEvents, triggers }: Options,
): Finding[] => {
  if (!keyEvents) return [{ group, state: 'note', what: 'not wanted (keyEvents=false)' }];
  const users = userFinding(facts.users, triggers);
  const arriving = [...trailFindings(facts), users];
  // What could not be read of the partition is said where the account is.
  if ('unread' in facts.identity) return arriving;
  const partition = partitionOf(facts.identity.facts.Arn);
  const iamRegion = IAM_REGIONS[partition];
  if (iamRegion === undefined) {
    const what = `the Region of IAM's control plane in the partition ${partition} is not known: whether key events arrive in ${facts.region} cannot be told`;
    const mends = ['deploy with -c keyEvents=false, unless you know that they do'];
    return [{ group, state: 'unread', what, mends }, ...arriving];
  }
  if (facts.region === iamRegion) {
    const what = `${iamRegion} is the Region of IAM's control plane in the partition ${partition}`;
    return [{ group, state: 'fine', what }, ...arriving];
  }
  const what = `${facts.region} is not the Region of IAM's control plane, which is ${iamRegion}`;
  const mends = [`deploy in ${iamRegion}`, WITHOUT];
  const elsewhere: Finding = { group, state: 'missing', what, why, mends };
  return users.state === 'fine' ? [elsewhere] : [elsewhere, users];
};
