import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The line that ends an invocation. */
const endOf = (awsRequestId: string) => `END RequestId: ${awsRequestId}`;

/**
 * Reads what a function's process writes, invocation by invocation. The runtime ends each on both streams, by the
 * line that Lambda ends one with.
 */
export const readFunctionLog = ({ stdout, stderr }: ChildProcess) => {
  const lines: string[] = [];
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  const readers = streams.map((input) => createInterface({ input }));
  for (const reader of readers) reader.on('line', (line) => lines.push(line));

  return {
    /** Resolves when all that an invocation wrote has been read. */
    ended: async (awsRequestId: string) => {
      const end = endOf(awsRequestId);
      const ends = readers.map(
        (reader) =>
          new Promise<void>((resolve) => {
            const listen = (line: string) => {
              if (!line.endsWith(end)) return;
              reader.off('line', listen);
              resolve();
            };
            reader.on('line', listen);
          }),
      );
      await Promise.all(ends);
    },
    /** What the function wrote since that was last taken; a last line that it did not end has the runtime's behind it. */
    take: (awsRequestId: string) => {
      const end = endOf(awsRequestId);
      return lines.splice(0).flatMap((line) => (line === end ? [] : [line.replace(end, '')]));
    },
  };
};
