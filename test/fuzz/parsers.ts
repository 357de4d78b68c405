import { readOrganizationSettings } from '../../infra/organization/settings.ts';
import { readSettings } from '../../infra/settings/read-settings.ts';
import {
  InvalidInputError,
  parseEnvironment,
  parsePlannerInput,
} from '../../remediation/plans/input.ts';
import { InvalidEventError, parseConfigRuleEvent } from '../../rule/evaluation/event.ts';
import {
  INACTIVE_RULE_PARAMETERS,
  parseInactiveRuleParameters,
  parseRuleParameters,
  RULE_PARAMETERS,
} from '../../rule/evaluation/parameters.ts';
import { InvalidParameterError, type Parameter } from '../../rule/input/parameter.ts';
import { InvalidEnvironmentError } from '../../rule/input/parse.ts';
import { parseTriggerSettings } from '../../rule/key-events/settings.ts';
import { parseFindingSettings } from '../../rule/security-hub/settings.ts';
import { findingEnvironment } from '../support/findings.ts';
import { type RunbookFile, readRunbook } from '../support/runbook-document.ts';
import { JsonText, SECRET } from './breakage.ts';
import { configEvents, plannerInputs } from './specimens.ts';
import { attempt, type ErrorClass, expectThat, requireRefusal, type Target } from './target.ts';

type Members = Readonly<Record<string, unknown>>;

/** A target that parses a value, with a check of the result. */
const parser = (
  name: string,
  {
    read,
    agrees,
    classes,
    isOwn = false,
    ...target
  }: Pick<Target, 'specimens'> & {
    readonly read: (given: unknown) => unknown;
    /** Checks that the result means the same as the input. */
    readonly agrees: (given: Members, read: Members) => boolean;
    readonly classes: readonly ErrorClass[];
    /** Whether the sender of the input reads the error, so that quoting it is no leak. */
    readonly isOwn?: boolean;
  },
): Target => ({
  ...target,
  name,
  open: async () => ({
    take: async (given) => {
      const { result, error } = { result: undefined, ...(await attempt(() => read(given))) };
      if (error === undefined)
        expectThat(
          agrees(given as Members, result as Members),
          () => `expected the meaning of the input, got ${JSON.stringify(result).slice(0, 500)}`,
        );
      else requireRefusal(error, classes, isOwn ? () => false : undefined);
      return { error };
    },
  }),
});

/** Returns the members of an object. */
const membersOf = (given: unknown): Members =>
  typeof given === 'object' && given !== null ? (given as Members) : { given };

const jsonOf = (text: unknown): unknown => (text === undefined ? {} : JSON.parse(String(text)));

/** Whether a number is within the bounds of its parameter. */
const isWithin = (parameter: Parameter<unknown>, number: number): boolean =>
  !('minimum' in parameter && 'maximum' in parameter) ||
  (number >= Number(parameter.minimum) && number <= Number(parameter.maximum));

/** Whether every parameter has the given value or its default, and no unknown one was given. */
const agreesWith =
  (parameters: Readonly<Record<string, Parameter<unknown>>>) =>
  (given: Members, read: Members): boolean =>
    Object.keys(given).every((name) => Object.hasOwn(parameters, name)) &&
    Object.entries(parameters).every(([name, parameter]) =>
      Object.hasOwn(given, name)
        ? (Number(read[name]) === Number(given[name]) ||
            String(read[name]) === String(given[name])) &&
          isWithin(parameter, Number(read[name]))
        : read[name] === parameter.default,
    );

const parametersOf = (
  name: string,
  read: (text?: string) => unknown,
  parameters: Readonly<Record<string, Parameter<unknown>>>,
): Target =>
  parser(name, {
    specimens: [
      {},
      { exemptionTagKey: 'keys-until', refreshDays: '7' },
      Object.fromEntries(
        Object.entries(parameters).map(([key, { default: value }]) => [
          key,
          String(value ?? 'tag'),
        ]),
      ),
    ].map((given) => ({ text: new JsonText(given) })),
    read: (given) => read((given as { text?: string } | undefined)?.text),
    agrees: (given, values) => {
      const text = (given as { text?: unknown } | undefined)?.text;
      return agreesWith(parameters)(jsonOf(text || undefined) as Members, values as Members);
    },
    classes: [InvalidParameterError],
  });

const sameInstant = (text: unknown, date: unknown): boolean =>
  date instanceof Date &&
  // Date would convert the 30th of February to a day in March.
  new Date(`${String(text).slice(0, 10)}T00:00:00Z`)
    .toJSON()
    ?.startsWith(String(text).slice(0, 10)) === true &&
  date.getTime() === new Date(String(text)).getTime();

const event = parser('event of Config', {
  specimens: configEvents,
  read: parseConfigRuleEvent,
  agrees: (given, read) => {
    const invoking = jsonOf(given['invokingEvent']) as Record<string, Members | undefined>;
    const item = invoking['configurationItem'] ?? invoking['configurationItemSummary'];
    const parsed = read['configurationItem'] as Members | undefined;
    const isChange = (invoking['messageType'] as unknown) !== 'ScheduledNotification';
    return (
      given['resultToken'] === read['resultToken'] &&
      given['configRuleName'] === read['configRuleName'] &&
      given['ruleParameters'] === read['ruleParameters'] &&
      sameInstant(
        invoking['notificationCreationTime'] ?? item?.['configurationItemCaptureTime'],
        read['orderingTimestamp'],
      ) &&
      isChange === (parsed !== undefined) &&
      (parsed === undefined ||
        ['resourceType', 'resourceId', 'resourceName', 'configurationItemStatus'].every(
          (member) => parsed[member] === item?.[member],
        ))
    );
  },
  classes: [InvalidEventError],
});

const isYes = (value: unknown): boolean => String(value) === 'true';

const planner = parser('input of the planner', {
  specimens: plannerInputs,
  read: parsePlannerInput,
  agrees: (given, read) =>
    /^\w{16,128}$/.test(String(read['UserId'])) &&
    /^(\w{16,128})?$/.test(String(read['AccessKeyId'] ?? '')) &&
    /^[\w-]{1,128}$/.test(String(read['ConfigRuleName'])) &&
    isWithin(RULE_PARAMETERS.minimumIdleDays, Number(read['MinimumIdleDays'] ?? 0)) &&
    isWithin(INACTIVE_RULE_PARAMETERS.maxInactiveDays, Number(read['MinimumInactiveDays'] ?? 0)) &&
    Object.entries(given).every(([name, value]) =>
      typeof read[name] === 'boolean'
        ? read[name] === isYes(value)
        : String(read[name] ?? '') === String(value),
    ),
  classes: [InvalidInputError, InvalidParameterError],
});

const environments: readonly Target[] = [
  parser('environment of the planner', {
    specimens: [
      {
        DEACTIVATION_ROLE_ARN: 'arn:aws:iam::123456789012:role/deactivate',
        AWS_SECRET_ACCESS_KEY: SECRET,
      },
    ],
    read: (given) => parseEnvironment(membersOf(given) as Record<string, string>),
    agrees: (given, read) =>
      read['deactivationRoleArn'] === given['DEACTIVATION_ROLE_ARN'] &&
      String(given['DEACTIVATION_ROLE_ARN']).includes(`:iam::${read['accountId']}:role/`),
    classes: [InvalidEnvironmentError],
  }),
  parser('environment of the key events', {
    specimens: [
      { CONFIG_RULE_NAMES: 'rule-1,rule_2', MAXIMUM_USERS: '500', AWS_SECRET_ACCESS_KEY: SECRET },
      { CONFIG_RULE_NAMES: 'rule-1' },
    ],
    read: (given) => parseTriggerSettings(given as Record<string, string>),
    agrees: (given, read) =>
      String(read['configRuleNames']) === given['CONFIG_RULE_NAMES'] &&
      (given['MAXIMUM_USERS'] === undefined
        ? read['maximumUsers'] === undefined
        : read['maximumUsers'] === Number(given['MAXIMUM_USERS'])),
    classes: [InvalidEnvironmentError],
  }),
  parser('environment of the findings', {
    specimens: [{ ...findingEnvironment, AWS_SECRET_ACCESS_KEY: SECRET }],
    read: (given) => parseFindingSettings(given as Record<string, string>),
    agrees: (given, read) => {
      const [single, inactive] = read['rules'] as readonly Members[];
      return (
        single?.['arn'] === given['CONFIG_RULE_ARN'] &&
        inactive?.['arn'] === given['INACTIVE_CONFIG_RULE_ARN'] &&
        read['severity'] === given['FINDING_SEVERITY']
      );
    },
    classes: [InvalidEnvironmentError],
  }),
];

/** Whether every given setting has its value, as text or not, and the others their default. */
const settingsAgree = (given: Members, read: Members): boolean =>
  Object.entries(membersOf(given)).every(
    ([name, value]) =>
      !/^\w+$/.test(name) ||
      value === undefined ||
      (Object.hasOwn(read, name) && String(read[name]) === String(value)) ||
      Number(read[name]) === Number(value),
  );

const ACCOUNT_SETTINGS = {
  '@aws-cdk/core:bootstrapQualifier': SECRET,
  configRuleName: 'my-rule',
  triggers: 'schedule',
  maximumExecutionFrequency: 'Six_Hours',
  maxActiveAccessKeys: '2',
  countInactiveAccessKeys: false,
  exemptionTagKey: 'keys-until',
  approvers: 'alice,arn:aws:iam::123456789012:role/approver',
  approvalTopicArn: 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals',
  alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
  logRetentionInDays: 90,
  dashboard: 'false',
};

const settings: readonly Target[] = [
  parser('settings', {
    specimens: [{}, ACCOUNT_SETTINGS, { ...ACCOUNT_SETTINGS, approvers: ['alice', 'bob'] }],
    read: (given) => readSettings(membersOf(given)),
    agrees: settingsAgree,
    classes: [InvalidParameterError],
    isOwn: true,
  }),
  parser('settings of an organization', {
    specimens: [
      {
        organizationalUnits: 'canary:ou-ab12-cdef3456;rest:ou-ab12-cdef3457,ou-ab12-cdef3458',
        excludedAccounts: '123456789012',
      },
      {
        organizationalUnits: { canary: ['ou-ab12-cdef3456'], rest: ['ou-ab12-cdef3457'] },
        excludedAccounts: ['123456789012'],
        maxConcurrentPercentage: 10,
        maximumExecutionFrequency: 'Six_Hours',
      },
    ],
    read: (given) => readOrganizationSettings(membersOf(given)),
    agrees: ({ organizationalUnits: _, ...given }, read) =>
      (read['organizationalUnits'] as readonly unknown[]).length > 0 && settingsAgree(given, read),
    classes: [InvalidParameterError],
    isOwn: true,
  }),
];

const RUNBOOKS: readonly (readonly [RunbookFile, Members])[] = [
  ['deactivate-access-key', plannerInputs[0] ?? {}],
  ['reactivate-access-key', plannerInputs[1] ?? {}],
  ['delete-inactive-access-key', plannerInputs[2] ?? {}],
];

/** Requires that the planner accepts every input that the parameters of the document allow. */
const runbook = ([file, given]: (typeof RUNBOOKS)[number]): Target => {
  const { parameters } = readRunbook(file);
  const isAllowed = (name: string, value: unknown): boolean => {
    const parameter = parameters[name];
    if (parameter === undefined) return true;
    const { allowedPattern, allowedValues } = parameter;
    const matches = new RegExp(`^(?:${allowedPattern})$`);
    return typeof value === 'string' && (allowedValues?.includes(value) ?? matches.test(value));
  };
  const read = (input: unknown) => {
    const names = Object.keys(membersOf(input));
    const refused = Object.entries(membersOf(input)).find(
      ([name, value]) => !isAllowed(name, value),
    );
    if (refused !== undefined || Object.keys(given).some((name) => !names.includes(name)))
      throw new InvalidInputError(
        `expected a value that the document allows, got ${refused?.[0].slice(0, 80)}`,
      );
    const { Runbook: _, InactiveConfigRuleName: __, ...asked } = input as Members;
    const own = Object.fromEntries(Object.entries(asked).filter(([name]) => name in parameters));
    const whole = {
      ...own,
      Runbook: given['Runbook'],
      ...(given['InactiveConfigRuleName'] ? { InactiveConfigRuleName: 'inactive' } : {}),
    };
    const { error } = { error: undefined, ...tryParsing(whole) };
    expectThat(
      error === undefined,
      () => `expected the planner to accept what the document allows: ${error}`,
    );
    return whole;
  };
  return parser(`parameters of ${file}`, {
    specimens: [given],
    read,
    agrees: () => true,
    classes: [InvalidInputError],
  });
};

const tryParsing = (input: unknown): { readonly error?: unknown } => {
  try {
    parsePlannerInput(input);
    return {};
  } catch (error) {
    return { error };
  }
};

/** The parsers. */
export const parsers: readonly Target[] = [
  parametersOf('parameters of the rule', parseRuleParameters, RULE_PARAMETERS),
  parametersOf(
    'parameters of the sister rule',
    parseInactiveRuleParameters,
    INACTIVE_RULE_PARAMETERS,
  ),
  event,
  planner,
  ...environments,
  ...settings,
  ...RUNBOOKS.map(runbook),
];
