import * as v from 'valibot';

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));
const Operator = v.optional(v.pipe(v.array(text), v.minLength(1)));

const EventSelector = v.strictObject({
  ReadWriteType: v.optional(v.picklist(['ReadOnly', 'WriteOnly', 'All'])),
  IncludeManagementEvents: v.optional(v.boolean()),
  DataResources: v.optional(
    v.array(
      v.strictObject({ Type: v.optional(v.string()), Values: v.optional(v.array(v.string())) }),
    ),
  ),
  ExcludeManagementEventSources: v.optional(v.array(v.string())),
});

const AdvancedFieldSelector = v.strictObject({
  Field: v.pipe(v.string(), v.maxLength(1000), v.regex(/^[\w|.]+$/)),
  Equals: Operator,
  StartsWith: Operator,
  EndsWith: Operator,
  NotEquals: Operator,
  NotStartsWith: Operator,
  NotEndsWith: Operator,
});

const EventSelectors = v.object({
  EventSelectors: v.optional(v.pipe(v.array(EventSelector), v.maxLength(5))),
  AdvancedEventSelectors: v.optional(
    v.array(
      v.strictObject({
        Name: v.optional(v.pipe(v.string(), v.maxLength(1000))),
        FieldSelectors: v.pipe(v.array(AdvancedFieldSelector), v.minLength(1)),
      }),
    ),
  ),
});

/** The event selectors of a trail, basic or advanced. */
export type EventSelectors = v.InferOutput<typeof EventSelectors>;

/** Reads the selectors of a trail; throws when it has both kinds or unknown members. */
export const parseEventSelectors = (trail: EventSelectors): EventSelectors => {
  if (trail.EventSelectors !== undefined && trail.AdvancedEventSelectors !== undefined)
    throw new Error('a trail has either EventSelectors or AdvancedEventSelectors, got both');
  return v.parse(EventSelectors, trail);
};

const namesManagementWrites = (
  fields: readonly v.InferOutput<typeof AdvancedFieldSelector>[],
): boolean => {
  const equals = (field: string) => fields.find(({ Field }) => Field === field)?.Equals;
  return (
    equals('eventCategory')?.includes('Management') === true &&
    (equals('readOnly')?.includes('false') ?? true)
  );
};

/** Whether the selectors of a trail include management events that write. */
export const logsManagementEvents = (trail: EventSelectors): boolean => {
  if (trail.AdvancedEventSelectors !== undefined)
    return trail.AdvancedEventSelectors.some(({ FieldSelectors }) =>
      namesManagementWrites(FieldSelectors),
    );
  return (trail.EventSelectors ?? [{}]).some(
    ({ IncludeManagementEvents, ReadWriteType }) =>
      IncludeManagementEvents !== false && ReadWriteType !== 'ReadOnly',
  );
};
