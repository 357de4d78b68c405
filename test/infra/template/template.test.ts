import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, readSettings } from '../../../infra/settings/read-settings.ts';
import { SETTING_GROUPS, SETTINGS } from '../../../infra/settings/settings.ts';
import { parameterNameOf, parameterValuesOf } from '../../../infra/template/parameters.ts';
import { createTemplate, withoutRemediation } from '../../../infra/template/template.ts';
import { createLocalAccount, type LocalAccount } from '../../local-account/account.ts';
import { createClock } from '../../local-account/clock.ts';
import { deployTemplate } from '../../local-account/deploy/deploy.ts';
import { parseTemplate, readParameters } from '../../local-account/deploy/template.ts';
import { at, daysBefore, keyId } from '../../support/build.ts';
import { valuesForLandingZone } from '../../support/docs-examples.ts';
import { runs } from '../../support/property-runs.ts';
import { settleTemplate } from '../../support/settled-template.ts';
import { synthesize } from '../synthesize.ts';

let template: ReturnType<typeof createTemplate>;
beforeAll(() => {
  template = createTemplate();
});

const topic = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;

/** Values of every setting that have an effect each, as texts. */
const VALUES: { readonly [Setting in keyof typeof SETTINGS]: fc.Arbitrary<string> } = {
  configRuleName: fc.constantFrom('keys', 'x'.repeat(64)),
  inactiveConfigRuleName: fc.constant('inactive'),
  triggers: fc.constantFrom('hybrid', 'schedule'),
  maximumExecutionFrequency: fc.constantFrom(
    'One_Hour',
    'Three_Hours',
    'Six_Hours',
    'Twelve_Hours',
  ),
  maxActiveAccessKeys: fc.constantFrom('1', '10'),
  countInactiveAccessKeys: fc.constantFrom('true', 'false'),
  rotationGraceDays: fc.constantFrom('0', '90'),
  exemptionTagKey: fc.constantFrom('keys-until', 'Schlüssel bis'),
  minimumIdleDays: fc.constantFrom('0', '365'),
  maxAccessKeyAge: fc.constantFrom('0', '365'),
  refreshDays: fc.constantFrom('0', '365'),
  maxInactiveDays: fc.constantFrom('0', '1', '90'),
  automaticRemediation: fc.constantFrom('true', 'false'),
  automaticDeletion: fc.constantFrom('true', 'false'),
  approvers: fc.constantFrom(
    'alice,arn:aws:sts::123456789012:assumed-role/Security/alice@example.com',
    'alice,bob,arn:aws:iam::123456789012:role/ops/Keys',
  ),
  minRequiredApprovals: fc.constantFrom('1', '2'),
  approvalTopicArn: fc.constant(topic('AutomationApprovals')),
  keyEvents: fc.constantFrom('true', 'false'),
  reservedConcurrentExecutions: fc.constantFrom('1', '100'),
  securityHubFindings: fc.constantFrom('true', 'false'),
  findingSeverity: fc.constantFrom('CRITICAL', 'LOW'),
  alarmTopicArn: fc.constant(topic('alarms')),
  // With one topic for both, the template allows the same action twice.
  notificationTopicArn: fc.constant(topic('keys')),
  ownerTagKey: fc.constantFrom('owner', 'Zuständig'),
  dashboard: fc.constantFrom('true', 'false'),
  logRetentionInDays: fc.constantFrom('1', '3653'),
};
const settings = fc
  .record(VALUES, { requiredKeys: [] })
  .map(({ approvers, automaticRemediation, automaticDeletion, ...given }) => {
    const { approvalTopicArn, minRequiredApprovals, ...others } = given;
    return {
      ...others,
      ...(approvers === undefined
        ? {
            ...(automaticRemediation && { automaticRemediation }),
            ...(automaticDeletion && others.maxInactiveDays !== '0' && { automaticDeletion }),
          }
        : {
            approvers,
            ...(minRequiredApprovals && { minRequiredApprovals }),
            ...(approvalTopicArn && { approvalTopicArn }),
          }),
    };
  });

/** The places that the conditions of the stack distinguish: the account of the sink, and a Region without remediation. */
const PLACES = [
  { 'AWS::AccountId': '123456789012', 'AWS::Region': 'us-east-1' },
  { 'AWS::AccountId': '210987654321', 'AWS::Region': 'us-gov-west-1' },
];

type Members = Readonly<Record<string, unknown>>;

/** Removes the code of the functions and the metadata about its origin. */
const withoutCode = ({ Resources, Outputs }: { Resources: Members; Outputs: Members }) => ({
  Outputs,
  Resources: Object.fromEntries(
    Object.entries(Resources).map(([id, resource]) => {
      const { Metadata: _, ...rest } = resource as { Metadata?: unknown; Properties?: Members };
      const { Code, ...Properties } = rest.Properties ?? {};
      return [id, { ...rest, Properties, hasCode: Code !== undefined }];
    }),
  ),
});

describe('the standalone template', () => {
  it('equals the stack that the same settings make, except for the code', () => {
    const property = fc.property(settings, (given) => {
      const parameters = parameterValuesOf(readSettings(given));
      expect(readParameters(parseTemplate(template), parameters)).toEqual(parameters);
      for (const place of PLACES) {
        const ours = settleTemplate(template, { ...parameters, ...place });
        const { Resources, Outputs = {}, Conditions } = synthesize(given).template.toJSON();
        const theirs = settleTemplate({ Resources, Outputs, Conditions }, place);
        expect(withoutCode(ours)).toEqual(withoutCode(theirs));
      }
    });
    fc.assert(property, {
      numRuns: runs(6),
      examples: [
        [{}],
        [{ securityHubFindings: 'true', findingSeverity: 'LOW' }],
        [{ securityHubFindings: 'true', triggers: 'schedule', keyEvents: 'false' }],
        [{ triggers: 'schedule', keyEvents: 'false', dashboard: 'false' }],
      ],
    });
  });

  it('has the defaults of the settings', () => {
    const defaults = Object.entries(template.Parameters).map(([name, declaration]) => [
      name,
      String(declaration['Default']),
    ]);
    expect(Object.fromEntries(defaults)).toEqual(parameterValuesOf(DEFAULT_SETTINGS));
  });

  it('needs no bootstrap stack, no bucket and no other stack', () => {
    const { Resources } = template;
    const text = JSON.stringify({
      ...template,
      Resources: withoutCode({ Resources, Outputs: {} }),
    });
    expect(text).not.toMatch(/cdk-|BootstrapVersion|S3Bucket|ImportValue|AWS::SSM::Parameter/);
  });

  it('has every setting as a parameter, under the heading of its group', () => {
    const { ParameterGroups } = template.Metadata['AWS::CloudFormation::Interface'];
    expect(Object.keys(template.Parameters)).toEqual(Object.keys(SETTINGS).map(parameterNameOf));
    expect(ParameterGroups).toEqual(
      SETTING_GROUPS.map(({ label, settings: grouped }) => ({
        Label: { default: label },
        Parameters: Object.keys(grouped).map(parameterNameOf),
      })),
    );
  });

  it('contains the license notices of the packages whose code is inline', () => {
    for (const text of [/^valibot \d/m, /^@smithy\/core \d/m, /^Permission is hereby granted/m])
      expect(template.Metadata.Notice).toMatch(text);
    // The SDK comes from the Lambda runtime.
    expect(template.Metadata.Notice).not.toContain('@aws-sdk');
  });

  it('describes every parameter and its constraint', () => {
    for (const declaration of Object.values(template.Parameters)) {
      expect(declaration['Description']).toMatch(/^.{10,200}$/);
      expect(declaration['ConstraintDescription']).toMatch(/^must be .{10,200}$/);
    }
  });

  it('stays below the size limits of CloudFormation', () => {
    expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(800_000);
    expect(Object.keys(template.Parameters).length).toBeLessThanOrEqual(200);
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
  });
});

describe('the template without remediation', () => {
  it('equals the template in GovCloud, and does not contain the type that CloudFormation lacks there', () => {
    const place = { 'AWS::AccountId': '123456789012', 'AWS::Region': 'us-gov-west-1' };
    const automatic = { automaticRemediation: 'true', automaticDeletion: 'true' };
    const values = { ...parameterValuesOf(readSettings(automatic)), ...place };
    const reduced = withoutRemediation(template);
    expect(JSON.stringify(template)).toContain('AWS::Config::RemediationConfiguration');
    expect(JSON.stringify(reduced)).not.toMatch(/RemediationConfiguration|RemediationIsOffered/);
    expect(settleTemplate(reduced, values)).toEqual(settleTemplate(template, values));
  });
});

describe('Landing Zone Accelerator, which includes the template in its own stack,', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'landing-zone-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Sorts the dependencies of resources, as CDK does. */
  const sorted = (stack: unknown): unknown =>
    JSON.parse(
      JSON.stringify(stack, (name, value) =>
        name === 'DependsOn' && Array.isArray(value) ? value.toSorted() : value,
      ),
    );

  it('deploys what the parameters of the documented example make', () => {
    const parameters = valuesForLandingZone();
    const templateFile = path.join(directory, 'template.json');
    writeFileSync(templateFile, JSON.stringify(template));
    const stack = new Stack(new App(), 'Keys', { synthesizer: new BootstraplessSynthesizer() });
    new CfnInclude(stack, 'Included', { templateFile, parameters });
    const { Parameters, Conditions, Resources, Outputs } = Template.fromStack(stack).toJSON();

    const defaults = parameterValuesOf(DEFAULT_SETTINGS);
    expect(Object.keys(Parameters).filter((name) => name in parameters)).toEqual([]);
    expect(sorted(settleTemplate({ Conditions, Resources, Outputs }, defaults))).toEqual(
      sorted(settleTemplate(template, { ...defaults, ...parameters })),
    );
  });
});

describe('CloudFormation', () => {
  const refusal = async (parameters: Record<string, string>, region = 'us-east-1') => {
    const account = await createLocalAccount({ region });
    try {
      const stackName = 'Keys';
      deployTemplate(account, { stackName, template: parseTemplate(template), parameters });
      return 'accepted';
    } catch (error) {
      return String(error);
    } finally {
      await account.close();
    }
  };

  it.each([
    ['ConfigRuleName', 'two words', 'must be 1 to 64 letters, digits, - and _'],
    ['ConfigRuleName', 'x'.repeat(65), 'must be 1 to 64 letters, digits, - and _'],
    ['ConfigRuleName', '', 'must be 1 to 64 letters, digits, - and _'],
    [
      'ConfigRuleName',
      DEFAULT_SETTINGS.inactiveConfigRuleName,
      'InactiveConfigRuleName must differ from ConfigRuleName',
    ],
    ['Triggers', 'both', 'must be hybrid or schedule'],
    ['MaximumExecutionFrequency', 'Daily', 'must be one of One_Hour, '],
    ['MaxActiveAccessKeys', '0', 'must be a whole number of keys from 1 to 10'],
    ['MaxActiveAccessKeys', '11', 'must be a whole number of keys from 1 to 10'],
    ['MinimumIdleDays', '1.5', 'must be a whole number of days from 0 to 365'],
    ['MinimumIdleDays', '366', 'must be a whole number of days from 0 to 365'],
    ['MaxInactiveDays', '-1', 'must be a whole number of days from 0 to 90'],
    ['ExemptionTagKey', 'a'.repeat(129), 'must be a tag key of 1 to 128 characters, or empty'],
    ['ExemptionTagKey', 'a;b', 'must be a tag key'],
    ['Approvers', 'alice,,bob', 'must be 1 to 10 names of IAM users'],
    ['Approvers', Array.from({ length: 11 }, (_, i) => `u${i}`).join(), 'must be 1 to 10 names'],
    ['ApprovalTopicArn', topic('keys'), 'whose name starts with Automation, or empty'],
    ['ApprovalTopicArn', topic('Automation'), 'must not be set without Approvers'],
    ['AlarmTopicArn', topic('keys.fifo'), 'must be the ARN of a standard SNS topic, or empty'],
    ['LogRetentionInDays', '2', 'must be one of 1, 3, 5'],
    ['KeyEvents', 'yes', 'must be true or false'],
    ['Frequencies', 'One_Hour', 'do not exist in the template'],
  ])('refuses %s=%s: %s', async (name, value, message) => {
    expect(await refusal({ [name]: value })).toContain(message);
  });

  it.each([
    [{ Approvers: 'alice', AutomaticDeletion: 'true' }, 'AutomaticDeletion must be false'],
    [{ Approvers: 'alice', AutomaticRemediation: 'true' }, 'AutomaticRemediation must be false'],
    [{ MaxInactiveDays: '0', AutomaticDeletion: 'true' }, 'AutomaticDeletion must be false'],
    [{ MinRequiredApprovals: '2' }, 'MinRequiredApprovals must be at most the number of Approvers'],
  ])('refuses the contradiction %j', async (parameters, message) => {
    expect(await refusal(parameters)).toContain(message);
  });

  it('refuses key events outside the Region of IAM, and nothing else', async () => {
    expect(await refusal({}, 'eu-central-1')).toContain('key events need the Region of IAM');
    expect(await refusal({ KeyEvents: 'false' }, 'eu-central-1')).toBe('accepted');
  });

  it('cannot get an approver whose name contains a comma', () => {
    const approvers = ['a,b'];
    expect(() => parameterValuesOf({ ...DEFAULT_SETTINGS, approvers })).toThrow(
      'approvers must be names without commas in a template, got "a,b"',
    );
  });
});

describe('the template, deployed alone', () => {
  const RULES = { ConfigRuleName: 'keys', InactiveConfigRuleName: 'inactive-keys' };

  let account: LocalAccount;
  beforeAll(async () => {
    const automation = { scriptSpeed: 20 };
    account = await createLocalAccount({ ...createClock({ start: at, speed: 2_000 }), automation });
    const optional = { ExemptionTagKey: 'keys-until', SecurityHubFindings: 'true' };
    const parameters = { ...RULES, ...optional, MinimumIdleDays: '2', FindingSeverity: 'LOW' };
    const outputs = deployTemplate(account, {
      ...{ stackName: 'Keys', template: parseTemplate(template), parameters },
    });
    expect(outputs).toMatchObject({
      ConfigRuleName: 'keys',
      InactiveConfigRuleName: 'inactive-keys',
    });
    const lastUsed = { LastUsedDate: daysBefore(1), ServiceName: 's3', Region: 'us-east-1' };
    const keys = [
      // Idle for long enough only with the parameter above.
      { AccessKeyId: keyId('UNUSED'), CreateDate: daysBefore(3) },
      { AccessKeyId: keyId('INUSE'), CreateDate: daysBefore(80), lastUsed },
    ];
    account.iam.seedUser({ UserName: 'alice', keys });
  });
  afterAll(() => account.close());

  const resultOf = async (UserName: string) => {
    const ResourceId = account.iam.users.get(UserName)?.UserId ?? '';
    const answer = await account.call({
      service: 'config',
      operation: 'GetComplianceDetailsByResource',
      input: { ResourceType: 'AWS::IAM::User', ResourceId },
      principal: 'operator',
    });
    const { EvaluationResults } = answer as {
      EvaluationResults: { ComplianceType: string; Annotation?: string }[];
    };
    return EvaluationResults.map(({ ComplianceType, Annotation }) => [ComplianceType, Annotation]);
  };

  it('evaluates with its parameters and its inline code', async () => {
    await account.config.evaluateNewRule('keys');
    await account.settled();

    expect(account.lambda.deadLetters).toEqual([]);
    expect(await resultOf('alice')).toEqual([
      ['NON_COMPLIANT', expect.stringMatching(/Deactivate AKIA\w*UNUSED/)],
    ]);
  });

  it('imports findings into Security Hub with its parameters', async () => {
    const [finding] = account.securityHub.findings.values();
    expect(finding).toMatchObject({
      Severity: { Label: 'LOW' },
      ProductFields: { ConfigRuleName: 'keys', UserName: 'alice' },
    });
  });

  it('remediates, and evaluates again', async () => {
    const resourceId = account.iam.users.get('alice')?.UserId ?? '';
    await account.call({
      service: 'config',
      operation: 'StartRemediationExecution',
      input: {
        ConfigRuleName: 'keys',
        ResourceKeys: [{ resourceType: 'AWS::IAM::User', resourceId }],
      },
      principal: 'operator',
    });
    await account.settled();

    const keys = account.iam.users.get('alice')?.keys ?? [];
    expect(keys.map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual([
      [keyId('UNUSED'), 'Inactive'],
      [keyId('INUSE'), 'Active'],
    ]);
    expect((await resultOf('alice')).map(([compliance]) => compliance)).toContain('COMPLIANT');
  });

  it('evaluates after a change of a key', async () => {
    const input = { UserName: 'alice', AccessKeyId: keyId('UNUSED'), Status: 'Active' };
    await account.call({
      ...{ service: 'iam', operation: 'UpdateAccessKey', input, principal: 'operator' },
    });
    await account.settled();

    expect((await resultOf('alice')).map(([compliance]) => compliance)).toContain('NON_COMPLIANT');
    expect(account.lambda.deadLetters).toEqual([]);
  });
});
