import { describe, expect, it } from 'vitest';
import { configFindings } from '../../../infra/preflight/config-findings.ts';
import type { AccountFacts } from '../../../infra/preflight/read-account.ts';
import { accountFacts, recorder, recordingGroup, refused } from '../../support/account-facts.ts';

const find = (
  facts: Partial<AccountFacts>,
  triggers: 'hybrid' | 'schedule' = 'hybrid',
): readonly object[] => configFindings(accountFacts(facts), { keyEvents: true, triggers });

const group = 'AWS Config';
const there = { group, state: 'fine', what: 'there is a configuration recorder, default' };
const recording = { group, state: 'fine', what: 'the recorder default is recording' };
const records = { group, state: 'fine', what: 'the recorder default records AWS::IAM::User' };
const why = 'a change of a user starts no evaluation; only the schedule does';

describe('what a person reads of the configuration recorder', () => {
  it('is all that is fine', () => {
    expect(find({})).toEqual([there, recording, records]);
  });

  it('is how one is made where there is none, in this order', () => {
    expect(find({ recorders: { facts: [] }, region: 'eu-west-1' })).toEqual([
      {
        group,
        state: 'missing',
        what: 'there is no configuration recorder',
        why: 'without one AWS Config refuses the rule (PutConfigRule: NoAvailableConfigurationRecorderException)',
        mends: [
          'aws iam create-service-linked-role --aws-service-name config.amazonaws.com',
          'aws configservice put-configuration-recorder --region eu-west-1 --configuration-recorder name=default,roleARN=arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig --recording-group allSupported=true,includeGlobalResourceTypes=true',
          'aws configservice put-delivery-channel --region eu-west-1 --delivery-channel name=default,s3BucketName=<bucket>',
          'aws configservice start-configuration-recorder --region eu-west-1 --configuration-recorder-name default',
        ],
      },
    ]);
  });

  it.each([
    ['hybrid', 'missing'],
    ['schedule', 'note'],
  ] as const)('is how it is started, for a %s rule: %s', (triggers, state) => {
    const statuses = { facts: [{ name: 'default', recording: false }] };
    expect(find({ statuses }, triggers)).toEqual([
      there,
      {
        group,
        state,
        what: 'the recorder default is not recording',
        why,
        mends: [
          'aws configservice start-configuration-recorder --region us-east-1 --configuration-recorder-name default',
        ],
      },
      records,
    ]);
  });

  it('is nothing of its status where it has none', () => {
    expect(find({ statuses: { facts: [] } })).toEqual([there, records]);
  });

  it.each([
    ['hybrid', 'missing'],
    ['schedule', 'note'],
  ] as const)('is where else to deploy, for a %s rule: %s', (triggers, state) => {
    expect(find({ region: 'eu-south-2' }, triggers)).toEqual([
      there,
      recording,
      {
        group,
        state,
        what: 'eu-south-2 cannot record AWS::IAM::User, as no Region that AWS Config came to after February 2022 can',
        why,
        mends: ["deploy in the Region of IAM's control plane, or with -c triggers=schedule"],
      },
    ]);
  });

  it('is how users are recorded too', () => {
    const recorders = { facts: [recorder({ recordingGroup: recordingGroup() })] };
    expect(find({ recorders })[2]).toEqual({
      group,
      state: 'missing',
      what: 'the recorder default does not record AWS::IAM::User',
      why,
      mends: [
        expect.stringMatching(
          /^aws configservice put-configuration-recorder --region us-east-1 --configuration-recorder '\{"name":"default",.*"resourceTypes":\["AWS::IAM::User"\].*\}'$/,
        ),
      ],
    });
  });

  it('is that a daily recording is late', () => {
    const recordingMode = { recordingFrequency: 'DAILY' } as const;
    expect(find({ recorders: { facts: [recorder({ recordingMode })] } })[2]).toEqual({
      group,
      state: 'note',
      what: 'the recorder default records AWS::IAM::User once a day: a change of a user evaluates the rule up to 24 hours late',
    });
  });

  it('is what could not be read', () => {
    const unread = (what: string, action: string) => ({
      group,
      state: 'unread',
      what: `${what}: could not be read (AccessDenied: no)`,
      why: `it needs the permission ${action}`,
    });
    expect(find({ recorders: refused('one'), statuses: refused('other') })).toEqual([
      unread('the configuration recorder', 'one'),
      unread('whether the recorder is recording', 'other'),
    ]);
  });
});
