/** Returns an EventBridge event for the creation of a key of alice, with overrides. */
export const keyEvent = (detail: object = {}, outer: object = {}) => ({
  version: '0',
  id: '6f87d04b-9f74-4f04-a780-7acf4b0a9b38',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.iam',
  account: '123456789012',
  time: '2026-01-31T12:00:05Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    eventVersion: '1.11',
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/admin/bob' },
    eventTime: '2026-01-31T12:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateAccessKey',
    awsRegion: 'us-east-1',
    requestParameters: { userName: 'alice' },
    responseElements: {
      accessKey: {
        userName: 'alice',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        status: 'Active',
        createDate: 'Jan 31, 2026, 12:00:00 PM',
      },
    },
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '123456789012',
    ...detail,
  },
  ...outer,
});

/** Returns an SQS batch with these bodies and the message ids `message-0`, `message-1`, … */
export const batchOf = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1769860805000' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:key-events',
    awsRegion: 'us-east-1',
  })),
});
