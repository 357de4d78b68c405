import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { cutPage, wholeNumber } from '../request.ts';
import type { HeldFinding, HeldFindings } from './import-findings.ts';

const StringFilter = v.strictObject({
  Value: v.pipe(v.string(), v.regex(/\S/)),
  Comparison: v.picklist(['EQUALS', 'PREFIX']),
});
type StringFilter = v.InferOutput<typeof StringFilter>;
const StringFilters = v.optional(v.pipe(v.array(StringFilter), v.minLength(1), v.maxLength(20)));

const Filters = v.strictObject({
  AwsAccountId: StringFilters,
  GeneratorId: StringFilters,
  Id: StringFilters,
  ProductArn: StringFilters,
  ProductName: StringFilters,
  RecordState: StringFilters,
});
const ATTRIBUTES = Object.keys(Filters.entries) as (keyof typeof Filters.entries)[];

/** Whether one of the filters applies to the value. */
const matches = (value: string, filters: readonly StringFilter[]): boolean =>
  filters.some(({ Value, Comparison }) =>
    Comparison === 'PREFIX' ? value.startsWith(Value) : value === Value,
  );

/**
 * GetFindings: returns the findings that match the filters, in pages.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
 */
export const getFindings = (stored: HeldFindings, pageSize: number) =>
  operation(
    v.strictObject({
      Filters: v.optional(Filters, {}),
      MaxResults: v.optional(wholeNumber(1, 100), 100),
      NextToken: v.optional(v.string()),
    }),
    ({ Filters: filters, MaxResults, NextToken }) => {
      const isChosen = (finding: HeldFinding) =>
        ATTRIBUTES.every((name) => {
          const wanted = filters[name];
          return wanted === undefined || matches(finding[name] ?? '', wanted);
        });
      const page = cutPage({
        list: `GetFindings ${JSON.stringify(filters)}`,
        items: [...stored.values()].filter(isChosen),
        keyOf: ({ ProductArn, Id }) => `${ProductArn} ${Id}`,
        size: Math.min(MaxResults, pageSize),
        marker: NextToken,
        refuse: (marker) => new ServiceError('InvalidInputException', `NextToken: got ${marker}`),
      });
      return { Findings: page.items, NextToken: page.next };
    },
    'InvalidInputException',
  );
