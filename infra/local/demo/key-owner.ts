import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import type { LocalAccount } from '../account.ts';

const MINUTE = 60_000;

const lastStart = ({ calls }: LocalAccount) =>
  calls.findLast(
    ({ operation, errorCode }) =>
      operation === 'StartConfigRulesEvaluation' && errorCode === undefined,
  );

/** Who makes and deletes access keys, through IAM's own API, and waits for what comes of it. */
export const createKeyOwner = (account: LocalAccount) => {
  const client = new IAMClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  });
  const newestKey = async (UserName: string): Promise<string | undefined> => {
    const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand({ UserName }));
    const time = (date?: Date) => date?.getTime() ?? 0;
    return AccessKeyMetadata.toSorted(
      (one, other) => time(other.CreateDate) - time(one.CreateDate),
    )[0]?.AccessKeyId;
  };

  return {
    createKey: (UserName: string) => client.send(new CreateAccessKeyCommand({ UserName })),
    deleteNewestKey: async (UserName: string) => {
      const AccessKeyId = await newestKey(UserName);
      return client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    },
    /** Acts, lets its event take its way, and says how many minutes of the account the evaluation began later. */
    untilEvaluated: async (act: () => Promise<unknown>): Promise<number> => {
      await act();
      const acted = account.calls.at(-1)?.at.getTime() ?? 0;
      await account.settled();
      const started = lastStart(account)?.at.getTime() ?? 0;
      if (started > acted) return (started - acted) / MINUTE;
      throw new Error('expected the event to start an evaluation, got none');
    },
  };
};
