import type { InferOutput } from 'valibot';
import type { AdvancedFieldSelector, EventSelectors, Trail } from './answers.ts';

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
