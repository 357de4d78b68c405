import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { cutPage, wholeNumber } from '../request.ts';
import type { HeldFinding, HeldFindings } from './import-findings.ts';

const StringFilter = v.strictObject({
  Value: v.pipe(v.string(), v.regex(/\S/)),
  Comparison: v.picklist([
    'EQUALS',
    'PREFIX',
    'CONTAINS',
    'NOT_EQUALS',
    'PREFIX_NOT_EQUALS',
    'NOT_CONTAINS',
  ]),
});
type StringFilter = v.InferOutput<typeof StringFilter>;
const StringFilters = v.optional(v.pipe(v.array(StringFilter), v.minLength(1), v.maxLength(20)));

/** The values of a finding that each filter compares. */
const ATTRIBUTES = {
  AwsAccountId: ({ AwsAccountId }: HeldFinding) => [AwsAccountId],
  ComplianceStatus: ({ Compliance }: HeldFinding) => [Compliance?.Status ?? ''],
  GeneratorId: ({ GeneratorId }: HeldFinding) => [GeneratorId],
  Id: ({ Id }: HeldFinding) => [Id],
  ProductArn: ({ ProductArn }: HeldFinding) => [ProductArn],
  ProductName: ({ ProductName }: HeldFinding) => [ProductName ?? ''],
  RecordState: ({ RecordState }: HeldFinding) => [RecordState],
  ResourceId: ({ Resources }: HeldFinding) => Resources.map(({ Id }) => Id),
  ResourceType: ({ Resources }: HeldFinding) => Resources.map(({ Type }) => Type),
  SeverityLabel: ({ Severity }: HeldFinding) => [Severity?.Label ?? ''],
  Title: ({ Title }: HeldFinding) => [Title],
  WorkflowStatus: ({ Workflow }: HeldFinding) => [Workflow.Status],
} as const;
type Attribute = keyof typeof ATTRIBUTES;
const NAMES = Object.keys(ATTRIBUTES) as Attribute[];

const Filters = v.pipe(
  v.strictObject(
    Object.fromEntries(NAMES.map((name) => [name, StringFilters])) as Record<
      Attribute,
      typeof StringFilters
    >,
  ),
  v.check((filters) => Object.keys(filters).length <= 10, 'expected at most 10 attributes'),
);

const compares = ({ Value, Comparison }: StringFilter, value: string): boolean => {
  if (Comparison.endsWith('CONTAINS')) return value.includes(Value);
  return Comparison.startsWith('PREFIX') ? value.startsWith(Value) : value === Value;
};

/** Whether one of the positive filters and none of the negative filters applies. */
const matches = (values: readonly string[], filters: readonly StringFilter[]): boolean => {
  const isNegative = ({ Comparison }: StringFilter) => Comparison.includes('NOT');
  const applies = (filter: StringFilter) => values.some((value) => compares(filter, value));
  const positive = filters.filter((filter) => !isNegative(filter));
  const negative = filters.filter(isNegative);
  // A negative filter applies to the values that it excludes.
  return (positive.length === 0 || positive.some(applies)) && !negative.some(applies);
};

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
        NAMES.every((name) => {
          const wanted = filters[name];
          return wanted === undefined || matches(ATTRIBUTES[name](finding), wanted);
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
