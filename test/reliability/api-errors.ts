/** An error code and its HTTP status. */
type Refusal = { readonly code: string; readonly statusCode: number };

/** The codes whose status is not 400. */
const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AuthorizationError: 403,
  InternalError: 500,
  InternalException: 500,
  InternalFailure: 500,
  InternalServerError: 500,
  InvalidAccessException: 401,
  LimitExceeded: 409,
  NoSuchEntity: 404,
  NotFound: 404,
  RequestTooLargeException: 413,
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
  ServiceException: 500,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
  TooManyRequestsException: 429,
  UnsupportedMediaTypeException: 415,
};

const refusals = (...codes: readonly string[]): readonly Refusal[] =>
  codes.map((code) => ({ code, statusCode: STATUS[code] ?? 400 }));

/**
 * The errors that every operation of a service can return: access denied, expired token, throttling, service failure.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
export const SERVICE_ERRORS = {
  iam: refusals(
    'AccessDenied',
    'ExpiredToken',
    'Throttling',
    'InternalFailure',
    'ServiceUnavailable',
  ),
  config: refusals(
    ...['AccessDeniedException', 'ExpiredTokenException', 'ThrottlingException'],
    ...['InternalFailure', 'ServiceUnavailable'],
  ),
  cloudtrail: refusals(
    ...['AccessDeniedException', 'ExpiredTokenException', 'ThrottlingException'],
    ...['InternalFailure', 'ServiceUnavailable'],
  ),
  securityhub: refusals(
    ...['AccessDeniedException', 'ExpiredTokenException', 'TooManyRequestsException'],
    ...['InternalFailure', 'ServiceUnavailable'],
  ),
  sns: refusals(
    'AccessDenied',
    'ExpiredToken',
    'Throttling',
    'InternalFailure',
    'ServiceUnavailable',
  ),
  sqs: refusals(
    ...['AccessDenied', 'ExpiredToken', 'ThrottlingException', 'InternalFailure'],
    'ServiceUnavailable',
  ),
  ssm: refusals(
    ...['AccessDeniedException', 'ExpiredTokenException', 'ThrottlingException'],
    ...['InternalFailure', 'ServiceUnavailable'],
  ),
  lambda: refusals(
    ...['AccessDeniedException', 'ExpiredTokenException', 'InternalFailure', 'ServiceUnavailable'],
  ),
} as const;

/**
 * The additional errors of each operation, from its API model. IAM and SNS send the names without `Exception`.
 *
 * A test compares them with the models of the SDK. The errors of Lambda and SQS come from the
 * pages below.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const OPERATION_ERRORS = {
  'iam:DeleteAccessKey': refusals('LimitExceeded', 'NoSuchEntity', 'ServiceFailure'),
  'iam:GetAccessKeyLastUsed': [],
  'iam:GetAccountSummary': refusals('ServiceFailure'),
  'iam:GetUser': refusals('NoSuchEntity', 'ServiceFailure'),
  'iam:ListAccessKeys': refusals('NoSuchEntity', 'ServiceFailure'),
  'iam:ListAttachedUserPolicies': refusals('InvalidInput', 'NoSuchEntity', 'ServiceFailure'),
  'iam:ListUserTags': refusals('NoSuchEntity', 'ServiceFailure'),
  'iam:ListUsers': refusals('ServiceFailure'),
  'iam:UpdateAccessKey': refusals(
    'InvalidInput',
    'LimitExceeded',
    'NoSuchEntity',
    'ServiceFailure',
  ),
  'config:DescribeConfigRules': refusals(
    ...['InvalidNextTokenException', 'InvalidParameterValueException', 'NoSuchConfigRuleException'],
  ),
  'config:GetComplianceDetailsByConfigRule': refusals(
    ...['InvalidNextTokenException', 'InvalidParameterValueException', 'NoSuchConfigRuleException'],
  ),
  'config:GetComplianceDetailsByResource': refusals('InvalidParameterValueException'),
  'config:PutEvaluations': refusals(
    ...['InvalidParameterValueException', 'InvalidResultTokenException'],
    'NoSuchConfigRuleException',
  ),
  'config:StartConfigRulesEvaluation': refusals(
    ...['InvalidParameterValueException', 'LimitExceededException', 'NoSuchConfigRuleException'],
    'ResourceInUseException',
  ),
  'cloudtrail:LookupEvents': refusals(
    ...['InvalidEventCategoryException', 'InvalidLookupAttributesException'],
    ...['InvalidMaxResultsException', 'InvalidNextTokenException', 'InvalidTimeRangeException'],
    ...['OperationNotPermittedException', 'UnsupportedOperationException'],
  ),
  'securityhub:BatchImportFindings': refusals(
    ...['InternalException', 'InvalidAccessException', 'InvalidInputException'],
    'LimitExceededException',
  ),
  'securityhub:GetFindings': refusals(
    ...['InternalException', 'InvalidAccessException', 'InvalidInputException'],
    'LimitExceededException',
  ),
  'sns:Publish': refusals(
    ...['AuthorizationError', 'EndpointDisabled', 'InternalError', 'InvalidParameter'],
    ...['ParameterValueInvalid', 'InvalidSecurity', 'KMSAccessDenied', 'KMSDisabled'],
    ...['KMSInvalidState', 'KMSNotFound', 'KMSOptInRequired', 'KMSThrottling', 'NotFound'],
    ...['PlatformApplicationDisabled', 'ValidationException'],
  ),
  'sqs:SendMessage': refusals(
    ...['InvalidAddress', 'InvalidMessageContents', 'InvalidSecurity', 'KmsAccessDenied'],
    ...['KmsDisabled', 'KmsInvalidKeyUsage', 'KmsInvalidState', 'KmsNotFound', 'KmsOptInRequired'],
    ...['KmsThrottled', 'QueueDoesNotExist', 'RequestThrottled', 'UnsupportedOperation'],
  ),
  'ssm:GetAutomationExecution': refusals(
    ...['AutomationExecutionNotFoundException', 'InternalServerError'],
  ),
  'lambda:Invoke': refusals(
    ...['InvalidParameterValueException', 'InvalidRequestContentException'],
    ...['RequestTooLargeException', 'ResourceConflictException', 'ResourceNotFoundException'],
    ...['ResourceNotReadyException', 'ServiceException', 'TooManyRequestsException'],
    'UnsupportedMediaTypeException',
  ),
} as const satisfies Readonly<Record<string, readonly Refusal[]>>;

/** An operation that a run calls: `service:Operation`. */
export type OperationName = keyof typeof OPERATION_ERRORS;
