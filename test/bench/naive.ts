import { ConfigServiceClient, PutEvaluationsCommand } from '@aws-sdk/client-config-service';
import { IAMClient, ListAccessKeysCommand, paginateListUsers } from '@aws-sdk/client-iam';

/** The baseline of the benchmark: a naive rule with sequential calls that reports every user. */
export const handler = async ({ resultToken }: { resultToken: string }): Promise<void> => {
  const client = new IAMClient();
  const evaluations = [];
  for await (const page of paginateListUsers({ client }, {}))
    for (const { UserName, UserId } of page.Users ?? []) {
      const { AccessKeyMetadata } = await client.send(new ListAccessKeysCommand({ UserName }));
      const active = AccessKeyMetadata?.filter(({ Status }) => Status === 'Active') ?? [];
      evaluations.push({
        ComplianceResourceType: 'AWS::IAM::User',
        ComplianceResourceId: UserId,
        ComplianceType: active.length > 1 ? ('NON_COMPLIANT' as const) : ('COMPLIANT' as const),
        OrderingTimestamp: new Date(),
      });
    }
  const config = new ConfigServiceClient();
  for (let start = 0; start < evaluations.length; start += 100)
    await config.send(
      new PutEvaluationsCommand({
        ResultToken: resultToken,
        Evaluations: evaluations.slice(start, start + 100),
      }),
    );
};
