import * as v from 'valibot';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { cutPage, wholeNumber } from '../request.ts';
import type { AutomationExecution } from './execution.ts';

const Values = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(150))),
  v.minLength(1),
  v.maxLength(10),
);

/** The filters of the account, and whether an execution has a value. The API has more. */
const FILTERS: Readonly<
  Record<string, (execution: AutomationExecution, value: string) => boolean>
> = {
  DocumentNamePrefix: ({ DocumentName }, value) => DocumentName.startsWith(value),
  ExecutionStatus: ({ AutomationExecutionStatus }, value) => AutomationExecutionStatus === value,
  ExecutionId: ({ AutomationExecutionId }, value) => AutomationExecutionId === value,
};

const Describe = v.strictObject({
  Filters: v.optional(
    v.pipe(v.array(v.strictObject({ Key: v.string(), Values })), v.minLength(1), v.maxLength(10)),
  ),
  MaxResults: v.optional(wholeNumber(1, 50), 50),
  NextToken: v.optional(v.string()),
});

type Filter = NonNullable<v.InferOutput<typeof Describe>['Filters']>[number];

const matches = (execution: AutomationExecution, { Key, Values }: Filter): boolean =>
  Values.some((value) => FILTERS[Key]?.(execution, value) === true);

const refuseUnknown = ({ Key }: Filter) => {
  if (Object.hasOwn(FILTERS, Key)) return;
  const expected = Object.keys(FILTERS).join(', ');
  throw new ServiceError('InvalidFilterKey', `expected one of ${expected}, got ${Key}`);
};

/**
 * Returns what DescribeAutomationExecutions shows of an execution. AWS does not document whether it fills `Outputs`, and
 * its examples leave them empty.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecutionMetadata.html
 */
const metadataOf = ({
  Parameters: _parameters,
  StepExecutions: _steps,
  StepExecutionsTruncated: _truncated,
  ...shown
}: AutomationExecution) => ({
  ...{ ...shown, Outputs: {}, Targets: [], LogFile: '', AutomationType: 'Local' },
  ResolvedTargets: { ParameterValues: [], Truncated: false },
});

/**
 * DescribeAutomationExecutions: returns the executions in pages, the newest first.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationExecutions.html
 */
export const describeAutomationExecutions = (
  all: () => readonly AutomationExecution[],
  pageSize: number,
): Operation =>
  operation(Describe, ({ Filters = [], MaxResults, NextToken }) => {
    for (const filter of Filters) refuseUnknown(filter);
    // A later execution has a lower rank, which further executions do not change.
    const ranked = all().map((execution, index) => ({ execution, rank: 999_999_999 - index }));
    const page = cutPage({
      list: `DescribeAutomationExecutions ${JSON.stringify(Filters)}`,
      items: ranked.filter(({ execution }) => Filters.every((one) => matches(execution, one))),
      keyOf: ({ rank }) => String(rank),
      size: Math.min(MaxResults, pageSize),
      marker: NextToken,
      refuse: (token) => new ServiceError('InvalidNextToken', `unknown NextToken ${token}`),
    });
    const AutomationExecutionMetadataList = page.items.map(({ execution }) =>
      metadataOf(execution),
    );
    return { AutomationExecutionMetadataList, NextToken: page.next };
  });
