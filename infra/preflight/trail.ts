import type { InferOutput } from 'valibot';
import type { AdvancedFieldSelector, EventSelectors, Trail } from './answers.ts';
import { quoteJson, type Unread } from './findings.ts';
import type { TrailFacts } from './read-account.ts';

type Selectors = InferOutput<typeof EventSelectors>;
type FieldSelector = InferOutput<typeof AdvancedFieldSelector>;

const IAM = 'iam.amazonaws.com';

/** A key event, in the fields by which a trail can select management events. */
const KEY_EVENT: Readonly<Record<string, string>> = {
  eventCategory: 'Management',
  readOnly: 'false',
  eventSource: IAM,
};

/** The account that a trail belongs to: for an organization's trail, often another one. */
export const ownerOf = ({ TrailARN }: Pick<InferOutput<typeof Trail>, 'TrailARN'>): string =>
  TrailARN.split(':')[4] ?? '';

/** A trail takes the events of this Region: its own, or every Region's. */
export const reachesRegion = (
  trail: Pick<InferOutput<typeof Trail>, 'HomeRegion' | 'IsMultiRegionTrail'>,
  region: string,
): boolean => trail.IsMultiRegionTrail || trail.HomeRegion === region;

/** Any of what includes, none of what excludes; a field that depends on the event selects not every one. */
const selectsKeyEvents = (selector: FieldSelector): boolean => {
  const value = KEY_EVENT[selector.Field];
  if (value === undefined) return false;
  const { Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith } = selector;
  const isExcluded =
    NotEquals?.includes(value) === true ||
    NotStartsWith?.some((start) => value.startsWith(start)) === true ||
    NotEndsWith?.some((end) => value.endsWith(end)) === true;
  const including = [
    Equals?.includes(value),
    StartsWith?.some((start) => value.startsWith(start)),
    EndsWith?.some((end) => value.endsWith(end)),
  ].filter((included) => included !== undefined);
  return !isExcluded && (including.length === 0 || including.includes(true));
};

/**
 * A trail with these selectors logs every key event, which is a management event that writes.
 *
 * A trail without selectors of its own logs all management events.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html
 */
export const logsKeyEvents = ({ EventSelectors, AdvancedEventSelectors }: Selectors): boolean => {
  if (AdvancedEventSelectors !== undefined && AdvancedEventSelectors.length > 0)
    return AdvancedEventSelectors.some(
      ({ FieldSelectors }) =>
        FieldSelectors.some(({ Field }) => Field === 'eventCategory') &&
        FieldSelectors.every(selectsKeyEvents),
    );
  if (EventSelectors === undefined || EventSelectors.length === 0) return true;
  return EventSelectors.some(
    (selector) =>
      selector.IncludeManagementEvents &&
      selector.ReadWriteType !== 'ReadOnly' &&
      selector.ExcludeManagementEventSources?.includes(IAM) !== true,
  );
};

/** The selectors as PutEventSelectors takes them, with one more that logs the key events. */
export const withKeyEvents = (selectors: Selectors) =>
  selectors.AdvancedEventSelectors === undefined || selectors.AdvancedEventSelectors.length === 0
    ? {
        EventSelectors: [
          ...(selectors.EventSelectors ?? []),
          { ReadWriteType: 'WriteOnly', IncludeManagementEvents: true },
        ],
      }
    : {
        AdvancedEventSelectors: [
          ...selectors.AdvancedEventSelectors,
          {
            Name: 'Management events that write',
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Management'] },
              { Field: 'readOnly', Equals: ['false'] },
            ],
          },
        ],
      };

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
