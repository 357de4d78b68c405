import type { Settings } from './settings.ts';

const TOPICS = ['approvalTopicArn', 'alarmTopicArn', 'notificationTopicArn'] as const;

/** The settings that name topics. */
export type TopicSettings = Partial<Pick<Settings, (typeof TOPICS)[number]>>;

/** A topic, and the partition and the Region in its ARN. */
export type Topic = {
  readonly setting: (typeof TOPICS)[number];
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
};

/** Lists the topics that the settings name. An ARN with a CDK token in its partition or Region is left out. */
export const topicsOf = (settings: TopicSettings): readonly Topic[] =>
  TOPICS.flatMap((setting) => {
    const { [setting]: arn = '' } = settings;
    const [, partition, region] = /^arn:([\w-]+):sns:([\w-]+):/.exec(arn) ?? [];
    return partition === undefined || region === undefined
      ? []
      : [{ setting, arn, partition, region }];
  });
