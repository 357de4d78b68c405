import { type Dispatcher, ServiceError } from '../dispatch.ts';

const CREDENTIAL = /\bCredential=([^/,\s]+)\/(?:\d{8}\/([^/,\s]+)\/)?/;

/**
 * Who signed a request, and for which Region: `Credential=<access key id>/<date>/<Region>/<service>/aws4_request`.
 *
 * @throws {ServiceError} MissingAuthenticationToken
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export const signatureIn = (authorization = '') => {
  const [, accessKeyId, region] = CREDENTIAL.exec(authorization) ?? [];
  if (accessKeyId !== undefined) return { accessKeyId, region };
  const message = 'expected a request signed with Signature Version 4, got none';
  throw new ServiceError('MissingAuthenticationToken', message, 403);
};

/** An account behind an endpoint: who calls it, and where its calls go. */
export type CalledAccount = {
  readonly accountId: string;
  readonly dispatcher: Dispatcher;
  /** Names who signs with this access key id; `undefined` when it is none of this account. */
  readonly principalOf: (accessKeyId: string) => string | undefined;
};

/**
 * The accounts behind one endpoint: as in AWS, whose access key signed a request decides which one it is for.
 *
 * An account that was always alone takes everybody whom it does not know for its operator.
 */
export const createCalledAccounts = (first: CalledAccount) => {
  const accounts = new Map([[first.accountId, first]]);
  let isShared = false;

  return {
    /** @throws when the account is here already */
    add: (account: CalledAccount) => {
      const { accountId } = account;
      if (accounts.has(accountId))
        throw new Error(`expected an account id that is not served yet, got ${accountId}`);
      accounts.set(accountId, account);
      // For good: the keys of an account that left are not its neighbour's.
      isShared = true;
    },
    remove: ({ accountId }: CalledAccount) => void accounts.delete(accountId),
    /** @throws {ServiceError} InvalidClientTokenId when the access key is none of several accounts */
    callerOf: (accessKeyId: string) => {
      for (const { principalOf, dispatcher } of accounts.values()) {
        const principal = principalOf(accessKeyId);
        if (principal !== undefined) return { principal, dispatcher };
      }
      if (!isShared) return { principal: 'operator', dispatcher: first.dispatcher };
      const message = 'The security token included in the request is invalid.';
      throw new ServiceError('InvalidClientTokenId', message, 403);
    },
  };
};
