import { CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import type { LocalAccount } from '../account.ts';
import { actUntilRest, type Stage } from './stage.ts';

const MINUTE = 60_000;

const lastStart = ({ calls }: LocalAccount) =>
  calls.findLast(
    ({ operation, errorCode }) =>
      operation === 'StartConfigRulesEvaluation' && errorCode === undefined,
  );

/** Who makes and changes the access keys of a user, through IAM's own API, and waits for what comes of it. */
export const createKeyOwner = (stage: Stage, UserName: string) => {
  const { account, clock } = stage;
  const client = new IAMClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  });
  const keys = () => account.iam.users.get(UserName)?.keys ?? [];

  return {
    keys,
    createKey: () => client.send(new CreateAccessKeyCommand({ UserName })),
    activateKey: (AccessKeyId: string) =>
      client.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Active' })),
    /** Signs a request with the key, of which IAM only tells when and for what. */
    useKey: (AccessKeyId: string) => {
      const lastUsed = { LastUsedDate: clock.now(), ServiceName: 's3', Region: account.region };
      for (const key of keys()) if (key.AccessKeyId === AccessKeyId) key.lastUsed = lastUsed;
    },
    /** Acts, lets its event take its way, and says how many minutes of the account the evaluation began later. */
    untilEvaluated: async (act: () => Promise<unknown>): Promise<number> => {
      const acted = await actUntilRest(stage, async () => {
        await act();
        return account.calls.at(-1)?.at.getTime() ?? 0;
      });
      const started = lastStart(account)?.at.getTime() ?? 0;
      if (started > acted) return (started - acted) / MINUTE;
      throw new Error('expected the event to start an evaluation, got none');
    },
  };
};

/** Who owns the keys of one user. */
export type KeyOwner = ReturnType<typeof createKeyOwner>;
