import type { TrailFacts } from './facts.ts';
import { quoteJson, type Unread } from './finding.ts';
import { logsKeyEvents, ownerOf, withKeyEvents } from './trail.ts';

/** Whether a trail logs the key events: it does, it does not and why, or that cannot be told. */
export type TrailVerdict =
  | { readonly logs: true }
  | { readonly problem: string; readonly mend: string }
  | { readonly unread: Unread };

const command = ({ trail }: TrailFacts, operation: string, given: string) =>
  `aws cloudtrail ${operation} --region ${trail.HomeRegion} ${given}`;

const wrongSelectors = (facts: TrailFacts, selectors: Parameters<typeof withKeyEvents>[0]) => {
  const problem = 'its event selectors leave out management events of IAM that write';
  // Stryker disable next-line ArrayDeclaration: there is always one of the two forms; the default is for the types.
  const [[form, list] = []] = Object.entries(withKeyEvents(selectors));
  const option = form === 'EventSelectors' ? '--event-selectors' : '--advanced-event-selectors';
  const given = `--trail-name ${facts.trail.TrailARN} ${option} ${quoteJson(list)}`;
  return { problem, mend: command(facts, 'put-event-selectors', given) };
};

/** What is wrong with a trail, of what could be read. */
const problemOf = (facts: TrailFacts) => {
  const { trail, isLogging, selectors } = facts;
  if (!trail.IncludeGlobalServiceEvents) {
    const given = `--name ${trail.TrailARN} --include-global-service-events`;
    const problem = 'it leaves out the events of global services, of which IAM is one';
    return { problem, mend: command(facts, 'update-trail', given) };
  }
  if ('facts' in isLogging && !isLogging.facts) {
    const mend = command(facts, 'start-logging', `--name ${trail.TrailARN}`);
    return { problem: 'it is not logging', mend };
  }
  if ('facts' in selectors && !logsKeyEvents(selectors.facts))
    return wrongSelectors(facts, selectors.facts);
  return undefined;
};

/**
 * A trail's verdict; a known problem decides whatever else could not be read.
 *
 * An organization's trail keeps its selectors from a member account; when it has none of its own, it
 * logs all management events and they need not be read.
 *
 * @param account  the account that looks, undefined when it is not known
 */
export const trailVerdict = (facts: TrailFacts, account: string | undefined): TrailVerdict => {
  const { trail, isLogging, selectors } = facts;
  const owner = ownerOf(trail);
  const isForeign = account !== undefined && owner !== account;
  const wrong = problemOf(facts);
  if (wrong !== undefined)
    return isForeign ? { ...wrong, mend: `in the account ${owner}: ${wrong.mend}` } : wrong;
  if ('unread' in isLogging) return isLogging;
  if ('facts' in selectors) return { logs: true };
  if (!isForeign) return selectors;
  if (trail.HasCustomEventSelectors === false) return { logs: true };
  const { action, reason } = selectors.unread;
  return { unread: { action: `${action} in the account ${owner}, whose trail it is`, reason } };
};
