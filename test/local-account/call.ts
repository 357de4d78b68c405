/** The AWS services of the local account, by their endpoint prefix. */
export type ServiceName =
  | 'iam'
  | 'sts'
  | 'config'
  | 'ssm'
  | 'lambda'
  | 'cloudtrail'
  | 'securityhub'
  | 'sqs'
  | 'sns';

/** One request as the account saw it; `principal` is a role's name, or `operator` for anybody else. */
export type Call = {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: unknown;
  readonly principal: string;
  /** What the request was signed for. @default the account's own, as for a call that nobody signed */
  readonly region?: string | undefined;
  readonly at: Date;
  readonly errorCode?: string;
};

/** An error as AWS services answer it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
  }
}
