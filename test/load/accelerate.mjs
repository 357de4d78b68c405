// Speeds up the timers and clocks of a process. Node loads this module first.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';

const speed = Number(process.env['LOAD_SPEED']);
if (!(speed >= 1)) throw new RangeError(`LOAD_SPEED must be a number from 1 on, got ${speed}`);

const faster = (wait) =>
  Object.assign((act, milliseconds, ...given) => wait(act, milliseconds / speed, ...given), wait);
for (const name of ['setTimeout', 'setInterval']) {
  globalThis[name] = faster(globalThis[name]);
  timers[name] = globalThis[name];
}
const wait = promises.setTimeout;
promises.setTimeout = (milliseconds, ...given) => wait(milliseconds / speed, ...given);
syncBuiltinESMExports();

const RealDate = Date;
const now = performance.now.bind(performance);
const [startedAt, start] = [now(), RealDate.now()];
const passed = () => (now() - startedAt) * speed;
performance.now = () => startedAt + passed();
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(start + passed());
    else super(...given);
  }
  static now() {
    return Math.floor(start + passed());
  }
};
