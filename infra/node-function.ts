import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CfnResource, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { buildSync, type OutputFile } from 'esbuild';
import { BUNDLE, ENVIRONMENT } from './bundle.ts';
import { serviceOfThisAccount } from './permissions.ts';

/** Where this repository lies, with `/` at the end. */
export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** The files of each entry that was bundled before: an app may have a function in many stacks. */
const bundles = new Map<string, readonly OutputFile[]>();

/**
 * Bundles a function in this process, into a directory that is for the caller to remove.
 *
 * `NodejsFunction` would say each option once more and start npx and esbuild for each function.
 */
const bundle = (entry: string): string => {
  const entryPoints = [`${REPOSITORY}${entry}`];
  const files =
    bundles.get(entry) ??
    buildSync({ ...BUNDLE, entryPoints, outfile: 'index.mjs', write: false }).outputFiles;
  bundles.set(entry, files);
  const directory = mkdtempSync(path.join(tmpdir(), 'function-'));
  for (const { path: file, contents } of files)
    writeFileSync(path.join(directory, path.basename(file)), contents);
  return directory;
};

/** What is particular to a function. */
export type NodeFunctionProps = {
  /** Path of the module that exports `handler`, from the root of this repository. */
  readonly entry: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly logRetentionDays: RetentionDays;
  /**
   * Variables beside those of every function.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Where events go that failed every retry.
   * @default - none
   */
  readonly deadLetterQueue?: IQueue;
};

/** A Lambda function with a log group and an execution role of its own; the only place of their defaults. */
export class NodeFunction extends Construct {
  readonly function: LambdaFunction;
  /** May write to the function's log group and send to its dead-letter queue: add what the code calls. */
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { entry, logRetentionDays, ...particulars } = props;

    const logGroup = new LogGroup(this, 'LogGroup', {
      retention: logRetentionDays,
      // Under a generated name nobody finds it again; what was decided stands in Config and CloudTrail.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);

    const code = bundle(entry);
    this.function = new LambdaFunction(this, 'Function', {
      ...particulars,
      code: Code.fromAsset(code),
      handler: 'index.handler',
      role: this.role,
      logGroup,
      architecture: Architecture.ARM_64,
      runtime: Runtime.NODEJS_24_X,
      memorySize: 512,
      environment: { ...ENVIRONMENT, ...props.environment },
    });
    // The asset has a copy of it by now.
    rmSync(code, { recursive: true });
    // For those who run cfn-lint: CDK lets a function depend on its role once more than the reference does.
    const { defaultChild } = this.function.node;
    if (CfnResource.isCfnResource(defaultChild))
      defaultChild.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  }
}
