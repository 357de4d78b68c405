import {
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
} from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ruleProperties, type ServedAccount, serveAccount } from '../../support/served-account.ts';

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount();
});
afterEach(() => account.close());

const describeRecorders = (...ConfigurationRecorderNames: string[]) =>
  account.configClient.send(
    new DescribeConfigurationRecordersCommand(
      ConfigurationRecorderNames.length > 0 ? { ConfigurationRecorderNames } : {},
    ),
  );
const describeStatus = () =>
  account.configClient.send(new DescribeConfigurationRecorderStatusCommand());

describe('the configuration recorder', () => {
  it('exists by default and records the global types', async () => {
    const { ConfigurationRecorders } = await describeRecorders();
    const { ConfigurationRecordersStatus } = await describeStatus();

    expect(ConfigurationRecorders).toMatchObject([
      { name: 'default', recordingGroup: { allSupported: true, includeGlobalResourceTypes: true } },
    ]);
    expect(ConfigurationRecorders?.[0]).not.toHaveProperty('recording');
    expect(ConfigurationRecordersStatus).toMatchObject([{ name: 'default', recording: true }]);
  });

  it('can be replaced and is described by name', async () => {
    const { recorder } = account.config;
    recorder.put({ ...recorder.usual, name: 'other', recording: false });

    expect((await describeRecorders('other')).ConfigurationRecorders).toHaveLength(1);
    expect((await describeStatus()).ConfigurationRecordersStatus).toMatchObject([
      { name: 'other', recording: false },
    ]);
    await expect(describeRecorders('default')).rejects.toThrow(
      'Cannot find configuration recorder',
    );
  });

  it('is described one at a time, as in AWS', async () => {
    const two = describeRecorders('default', 'other');
    await expect(two).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is required for a new rule', async () => {
    account.config.recorder.put(undefined);

    expect((await describeRecorders()).ConfigurationRecorders).toEqual([]);
    expect((await describeStatus()).ConfigurationRecordersStatus).toEqual([]);
    expect(() => account.config.putConfigRule(ruleProperties())).toThrow(
      expect.objectContaining({ code: 'NoAvailableConfigurationRecorderException' }),
    );
  });
});
