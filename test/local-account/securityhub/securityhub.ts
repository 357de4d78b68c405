import * as v from 'valibot';
import { type Operation, ServiceError } from '../dispatch.ts';
import { cutPage, wholeNumber } from '../request.ts';
import {
  batchImportFindings,
  type HubDeps,
  hubOperation,
  type StoredFinding,
  type StoredFindings,
} from './import-findings.ts';
import { batchUpdateFindings } from './update-findings.ts';

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
const getFindings = (stored: StoredFindings, pageSize: number) =>
  hubOperation(
    v.strictObject({
      Filters: v.optional(Filters, {}),
      MaxResults: v.optional(wholeNumber(1, 100), 100),
      NextToken: v.optional(v.string()),
    }),
    ({ Filters: filters, MaxResults, NextToken }) => {
      const isChosen = (finding: StoredFinding) =>
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
  );

const SubscribedAt = '2024-01-01T00:00:00.000Z';

const describeHub = ({ accountId, region }: HubDeps): Operation => {
  const HubArn = `arn:aws:securityhub:${region}:${accountId}:hub/default`;
  return hubOperation(
    v.strictObject({ HubArn: v.optional(v.pipe(v.string(), v.regex(/\S/))) }),
    (input) => {
      if (input.HubArn !== undefined && input.HubArn !== HubArn) {
        const message = `Hub not found: ${JSON.stringify(input.HubArn)}`;
        throw new ServiceError('ResourceNotFoundException', message, 404);
      }
      const AutoEnableControls = true;
      return {
        HubArn,
        SubscribedAt,
        AutoEnableControls,
        ControlFindingGenerator: 'SECURITY_CONTROL',
      };
    },
  );
};

/**
 * Creates Security Hub CSPM with the findings of the account's own product. Set `enabled` to false to turn it off.
 *
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html
 */
export const createSecurityHub = (deps: HubDeps & { readonly pageSize?: number | undefined }) => {
  const state = { enabled: true };
  const stored: StoredFindings = new Map();
  const whenOn =
    (run: Operation): Operation =>
    (...call) => {
      if (state.enabled) return run(...call);
      const message = `Account ${deps.accountId} is not subscribed to AWS Security Hub`;
      throw new ServiceError('InvalidAccessException', message, 401);
    };

  return Object.assign(state, {
    /** The stored findings by product and id; a test can change them as the customer would. */
    findings: stored,
    operations: {
      DescribeHub: whenOn(describeHub(deps)),
      BatchImportFindings: whenOn(batchImportFindings(stored, deps)),
      BatchUpdateFindings: whenOn(batchUpdateFindings(stored, deps)),
      GetFindings: whenOn(getFindings(stored, deps.pageSize ?? Number.POSITIVE_INFINITY)),
    },
  });
};
