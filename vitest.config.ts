import { defineConfig } from 'vitest/config';

/** The files that decide; test/architecture.test.ts holds that they are pure. */
const PURE = [
  'rule/{access-key,advice,advice-text,allowance,annotation,answer,days,differences,drift,environment}.ts',
  'rule/{event,exemption,facts,held-result,iam-answers,iam-regions,key-history,metrics}.ts',
  'rule/{parameter,parameters,parse,ranking,settings,single-access-key,single-rule}.ts',
  'rule/{standing-violation,verdict,verdict-counts,violation}.ts',
  'rule/inactive-access-key/{annotation,inactive-access-key,inactivity,rule}.ts',
  'rule/key-events/{event,event-names,settings}.ts',
  'rule/findings/{archived,decide-findings,event,finding,frameworks,limits,recommendation}.ts',
  'rule/findings/{resources,settings,severities,stored-finding,subjects,user-answers}.ts',
  'remediation/{commands,deactivation,deletion,input,plan,plan-*}.ts',
  'infra/{contradictions,document-steps,entries,frequencies,limits,regions}.ts',
  'infra/cost/{activity,assumptions,dollars,markdown,prices,report,scenario,usage}.ts',
  'infra/organization/{metrics-query,organizational-units,queries}.ts',
  'infra/preflight/{answers,config-findings,facts,finding,findings,key-event-findings}.ts',
  'infra/preflight/{options,recorder,trail,trail-verdict,user-finding}.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/support/no-real-account.ts'],
    // Files share what they import: the CDK alone takes a second and a half.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most tests wait for a process or a socket: two to a core keep it busy.
    maxWorkers: '200%',
    coverage: {
      provider: 'v8',
      include: ['rule/**/*.ts', 'remediation/**/*.ts', 'infra/**/*.ts'],
      exclude: ['test/**'],
      // What decides is covered whole; elsewhere coverage is a result, not an aim.
      thresholds: Object.fromEntries(PURE.map((file) => [file, { 100: true }])),
    },
  },
});
