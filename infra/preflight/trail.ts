import type { TrailState } from './account-state.ts';
import { quoteJson, type Unread } from './report.ts';
import type { EventSelectors, FieldSelector, Trail } from './responses.ts';

const IAM = 'iam.amazonaws.com';

/** A key event, in the fields by which a trail selects management events. */
const KEY_EVENT: Readonly<Record<string, string>> = {
  eventCategory: 'Management',
  readOnly: 'false',
  eventSource: IAM,
};

/** Checks whether a trail logs the events of a Region. */
export const coversRegion = (
  trail: Pick<Trail, 'HomeRegion' | 'IsMultiRegionTrail'>,
  region: string,
): boolean => trail.IsMultiRegionTrail || trail.HomeRegion === region;

/** Checks whether a field selector selects every key event. A field that varies between key events does not. */
const selectsKeyEvents = (selector: FieldSelector): boolean => {
  const value = KEY_EVENT[selector.Field];
  if (value === undefined) return false;
  const { Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith } = selector;
  const isExcluded =
    NotEquals?.includes(value) === true ||
    NotStartsWith?.some((start) => value.startsWith(start)) === true ||
    NotEndsWith?.some((end) => value.endsWith(end)) === true;
  const inclusions = [
    Equals?.includes(value),
    StartsWith?.some((start) => value.startsWith(start)),
    EndsWith?.some((end) => value.endsWith(end)),
  ].filter((included) => included !== undefined);
  return !isExcluded && (inclusions.length === 0 || inclusions.includes(true));
};

const hasAdvanced = ({ AdvancedEventSelectors = [] }: EventSelectors) =>
  AdvancedEventSelectors.length > 0;

/**
 * Checks whether a trail with these selectors logs every key event, which is a write management event.
 *
 * A trail without selectors logs all management events.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html
 */
export const logsKeyEvents = (selectors: EventSelectors): boolean => {
  const { EventSelectors = [], AdvancedEventSelectors = [] } = selectors;
  if (hasAdvanced(selectors))
    return AdvancedEventSelectors.some(
      ({ FieldSelectors }) =>
        FieldSelectors.some(({ Field }) => Field === 'eventCategory') &&
        FieldSelectors.every(selectsKeyEvents),
    );
  if (EventSelectors.length === 0) return true;
  return EventSelectors.some(
    (selector) =>
      selector.IncludeManagementEvents &&
      selector.ReadWriteType !== 'ReadOnly' &&
      selector.ExcludeManagementEventSources?.includes(IAM) !== true,
  );
};

/** Returns the selectors as PutEventSelectors expects them, with an additional one that logs key events. */
export const withKeyEvents = (selectors: EventSelectors): EventSelectors => {
  const { EventSelectors = [], AdvancedEventSelectors = [] } = selectors;
  if (!hasAdvanced(selectors))
    return {
      EventSelectors: [
        ...EventSelectors,
        { ReadWriteType: 'WriteOnly', IncludeManagementEvents: true },
      ],
    };
  const FieldSelectors = [
    { Field: 'eventCategory', Equals: ['Management'] },
    { Field: 'readOnly', Equals: ['false'] },
  ];
  return {
    AdvancedEventSelectors: [
      ...AdvancedEventSelectors,
      { Name: 'Write management events', FieldSelectors },
    ],
  };
};

/** The reason why a trail logs no key events, and the command that fixes it. */
export type Problem = { readonly problem: string; readonly fix: string };

/** Whether a trail logs key events: yes, no, or unread. */
type TrailVerdict = { readonly logs: true } | Problem | { readonly unread: Unread };

const problemOf = ({ trail, isLogging, selectors }: TrailState): Problem | undefined => {
  const command = (operation: string, options: string) =>
    `aws cloudtrail ${operation} --region ${trail.HomeRegion} ${options}`;
  if (!trail.IncludeGlobalServiceEvents)
    return {
      problem: 'it does not log events of global services such as IAM',
      fix: command('update-trail', `--name ${trail.TrailARN} --include-global-service-events`),
    };
  if ('value' in isLogging && !isLogging.value)
    return {
      problem: 'it is not logging',
      fix: command('start-logging', `--name ${trail.TrailARN}`),
    };
  if ('unread' in selectors || logsKeyEvents(selectors.value)) return undefined;
  const { EventSelectors, AdvancedEventSelectors } = withKeyEvents(selectors.value);
  const option = AdvancedEventSelectors
    ? `--advanced-event-selectors ${quoteJson(AdvancedEventSelectors)}`
    : `--event-selectors ${quoteJson(EventSelectors)}`;
  return {
    problem: 'its event selectors exclude write management events of IAM',
    fix: command('put-event-selectors', `--trail-name ${trail.TrailARN} ${option}`),
  };
};

/**
 * Decides whether a trail logs key events. A known problem takes precedence over a failed read.
 *
 * A member account cannot read the selectors of an organization's trail. If the trail has no custom selectors, it logs
 * all management events.
 *
 * @param account  the account of the caller, if known
 */
export const trailVerdict = (state: TrailState, account: string | undefined): TrailVerdict => {
  const { trail, isLogging, selectors } = state;
  const owner = trail.TrailARN.split(':')[4] ?? '';
  const isForeign = account !== undefined && owner !== account;
  const problem = problemOf(state);
  if (problem !== undefined)
    return isForeign ? { ...problem, fix: `in the account ${owner}: ${problem.fix}` } : problem;
  if ('unread' in isLogging) return isLogging;
  if ('value' in selectors) return { logs: true };
  if (!isForeign) return selectors;
  if (trail.HasCustomEventSelectors === false) return { logs: true };
  const { action, reason } = selectors.unread;
  return { unread: { action: `${action} in the account ${owner}, which owns the trail`, reason } };
};
