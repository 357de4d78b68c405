// Imports a bundle, invokes its handler if there is an event, and prints time and memory.
import { existsSync, readFileSync } from 'node:fs';

const [bundle, event] = process.argv.slice(2);

const startedAt = performance.now();
const { handler } = await import(bundle);
const importMilliseconds = performance.now() - startedAt;

// The function has 15 minutes.
const context = { getRemainingTimeInMillis: () => 900_000 - (performance.now() - startedAt) };
if (event !== undefined) await handler(JSON.parse(event), context);

// On Linux, maxRSS includes the parent's memory at the time of the fork. VmHWM counts this process only.
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
