import { ServiceError } from '../dispatch.ts';
import type { FunctionConfiguration } from './functions.ts';

type Limited = Pick<FunctionConfiguration, 'FunctionName' | 'ReservedConcurrentExecutions'>;

/**
 * Creates the limits of functions with reserved concurrency. Other functions have no limit.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export const createConcurrency = () => {
  const running = new Map<string, number>();
  let waiting: (() => void)[] = [];

  const count = ({ FunctionName }: Limited, change: number) => {
    const now = (running.get(FunctionName) ?? 0) + change;
    running.set(FunctionName, now);
    return now;
  };
  const isFull = (configuration: Limited) => {
    const { ReservedConcurrentExecutions: most = Number.POSITIVE_INFINITY } = configuration;
    return count(configuration, 0) >= most;
  };
  const end = (configuration: Limited) => {
    count(configuration, -1);
    const retried = waiting;
    waiting = [];
    for (const retry of retried) retry();
  };

  /**
   * Runs an execution.
   *
   * @throws {ServiceError} TooManyRequestsException when the function has no free execution
   */
  const run = <Result>(configuration: Limited, execute: () => Promise<Result>): Promise<Result> => {
    if (isFull(configuration)) {
      const message = `Rate Exceeded: ${configuration.FunctionName} has ${configuration.ReservedConcurrentExecutions} reserved concurrent executions`;
      throw new ServiceError('TooManyRequestsException', message, 429);
    }
    count(configuration, 1);
    const execution = execute();
    const free = () => end(configuration);
    execution.then(free, free);
    return execution;
  };

  return {
    run,
    /**
     * Runs an execution when one is free. Events wait in their order. Lambda drops an event after six hours, the account
     * does not.
     */
    runWhenFree: async <Result>(configuration: Limited, execute: () => Promise<Result>) => {
      while (isFull(configuration))
        await new Promise<void>((resolve) => void waiting.push(resolve));
      return run(configuration, execute);
    },
  };
};
