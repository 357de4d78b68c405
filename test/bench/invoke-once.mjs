// A fresh process: imports a bundle, invokes its handler with an event when there is one, and says what it took.
const [bundle, event] = process.argv.slice(2);

const startedAt = performance.now();
const { handler } = await import(bundle);
const importMilliseconds = performance.now() - startedAt;

// As Lambda tells it of a function that has a quarter of an hour.
const context = { getRemainingTimeInMillis: () => 900_000 - (performance.now() - startedAt) };
if (event !== undefined) await handler(JSON.parse(event), context);

process.stderr.write(
  JSON.stringify({
    importMilliseconds,
    milliseconds: performance.now() - startedAt - importMilliseconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
