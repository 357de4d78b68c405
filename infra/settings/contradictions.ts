import type { Settings } from './settings.ts';

/** What can go wrong with two settings that are right each for itself. */
type Pair = Pick<
  Settings,
  | 'ruleName'
  | 'inactiveRuleName'
  | 'automaticRemediation'
  | 'automaticDeletion'
  | 'approvers'
  | 'approvalTopicArn'
>;

/** The settings that contradict each other, and why; nothing when none do. */
export const contradictionsOf = (settings: Pair): readonly string[] => {
  const { ruleName, inactiveRuleName, approvers, approvalTopicArn } = settings;
  const automatic = (['automaticRemediation', 'automaticDeletion'] as const).filter(
    (name) => settings[name],
  );
  return [
    ...(ruleName === inactiveRuleName
      ? [
          `inactiveRuleName must be another name than ruleName, got ${JSON.stringify(ruleName)} twice`,
        ]
      : []),
    ...(approvers === undefined
      ? []
      : automatic.map(
          (name) =>
            `${name} must be false with approvers: nobody is there to ask when Config starts a runbook by itself`,
        )),
    ...(approvers === undefined && approvalTopicArn !== undefined
      ? ['approvalTopicArn must not be set without approvers: there is nobody to tell']
      : []),
  ];
};
