// A fresh process: imports a bundle, invokes its handler with an event when there is one, and says what it took.
import { existsSync, readFileSync } from 'node:fs';

const [bundle, event] = process.argv.slice(2);

const startedAt = performance.now();
const { handler } = await import(bundle);
const importMilliseconds = performance.now() - startedAt;

// As Lambda tells it of a function that has a quarter of an hour.
const context = { getRemainingTimeInMillis: () => 900_000 - (performance.now() - startedAt) };
if (event !== undefined) await handler(JSON.parse(event), context);

// Linux counts in maxRSS what the parent had when it made this process; VmHWM is of this process alone.
const STATUS = '/proc/self/status';
const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
const ownKilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
const peakKilobytes = Number(ownKilobytes ?? process.resourceUsage().maxRSS);

process.stderr.write(
  JSON.stringify({
    importMilliseconds,
    milliseconds: performance.now() - startedAt - importMilliseconds,
    peakMegabytes: peakKilobytes / 1024,
  }),
);
