import { CfnResource, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { codeOf, ENVIRONMENT, type Entry } from './bundle.ts';
import { serviceOfThisAccount } from './permissions.ts';

export type NodeFunctionProps = {
  readonly entry: Entry;
  readonly description: string;
  readonly timeout: Duration;
  readonly logRetentionInDays: RetentionDays;
  /**
   * Environment variables in addition to those of every function.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Concurrent executions that Lambda reserves for the function, and to which it limits them.
   * @default - none
   */
  readonly reservedConcurrentExecutions?: number | undefined;
  /**
   * The queue for events that failed all attempts.
   * @default - none
   */
  readonly deadLetterQueue?: IQueue;
};

/** A Lambda function with its own log group and execution role, and the defaults that all functions share. */
export class NodeFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  /** Allows the function to write logs and to send to the dead-letter queue. Add its other permissions. */
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { entry, logRetentionInDays, ...functionProps } = props;

    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: logRetentionInDays,
      // A retained log group with a generated name is hard to find. AWS Config and CloudTrail keep results and actions.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(this.role);

    const { code, release } = codeOf(this, entry);
    this.function = new LambdaFunction(this, 'Function', {
      ...functionProps,
      code,
      handler: 'index.handler',
      role: this.role,
      logGroup: this.logGroup,
      architecture: Architecture.ARM_64,
      runtime: Runtime.NODEJS_24_X,
      memorySize: 512,
      environment: { ...ENVIRONMENT, ...props.environment },
    });
    release();
    // CDK adds a dependency on the role that the reference already implies, which cfn-lint reports.
    const { defaultChild } = this.function.node;
    if (CfnResource.isCfnResource(defaultChild))
      defaultChild.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  }
}
