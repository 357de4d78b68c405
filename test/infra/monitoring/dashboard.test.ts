import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../rule/log/metrics.ts';
import { onlyOne, propertiesOf, synthesize, toText } from '../synthesize.ts';

type Widget = {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title: string; metrics?: unknown[][]; alarms?: string[] };
};

const bodyOf = (settings = {}) =>
  JSON.parse(
    toText(onlyOne(synthesize(settings).template, 'AWS::CloudWatch::Dashboard')['DashboardBody']),
  ) as { start: string; widgets: Widget[] };

const { start, widgets } = bodyOf();
const { widgets: all } = bodyOf({ securityHubFindings: true });
const metrics = all.flatMap(({ properties }) => properties.metrics ?? []);

describe('the dashboard', () => {
  it('shows a week, with the alarms first', () => {
    expect(start).toBe('-P7D');
    expect(widgets[0]).toMatchObject({ type: 'alarm', x: 0, y: 0, width: 24 });
    expect(widgets[0]?.properties.alarms).toHaveLength(11);
  });

  it('has no gaps and no overlaps', () => {
    const rows = new Map<number, number>();
    for (const { y, width } of all) rows.set(y, (rows.get(y) ?? 0) + width);
    expect([...rows.values()]).toEqual([24, 24, 24, 24, 24, 24, 24, 24]);
  });

  it('shows every metric but those that only an alarm uses', () => {
    const shown = new Set(
      metrics
        .filter(([namespace]) => namespace === 'IamUserSingleAccessKey')
        .map(([, name]) => name),
    );
    for (const name of Object.keys(METRICS))
      if (!['SuccessfulSweeps', 'InvalidEvents'].includes(name))
        expect(shown, name).toContain(name);
  });

  it.each(['', 'Inactive keys: '])('%scounts every API call of a sweep', (start) => {
    const title = `${start}API calls of sweeps`;
    const calls = widgets.find(({ properties }) => properties.title === title);
    expect(calls?.properties.metrics?.map(([, name]) => name)).toEqual([
      'GetComplianceDetailsByConfigRule',
      'ListUsers',
      'ListAccessKeys',
      'LookupEvents',
      'ListUserTags',
      'ListAttachedUserPolicies',
      'GetAccessKeyLastUsed',
      'PutEvaluations',
    ]);
  });

  it('shows the errors of every function by name', () => {
    const errors = widgets.find(({ properties }) => properties.title === 'Function errors');
    expect(errors?.properties.metrics).toHaveLength(
      propertiesOf(synthesize().template, 'AWS::Lambda::Function').length,
    );
    const labels = errors?.properties.metrics?.map((metric) => Object(metric.at(-1)).label);
    expect(labels).toEqual(['rule', 'inactive keys', 'planner', 'key events']);
  });

  it('shows the metrics of both rules', () => {
    const rules = (name: string) =>
      metrics.filter(([, metric]) => metric === name).map((metric) => Object(metric[3]));
    for (const name of ['Violations', 'Users', 'Duration', 'Plans', 'Refusals'])
      expect(new Set(rules(name).map(String)).size, name).toBe(2);
  });

  it('has no findings by default', () => {
    const titles = widgets.map(({ properties }) => properties.title);
    expect(titles.join()).not.toMatch(/finding/i);
  });

  it('has no key events with keyEvents=false', () => {
    const titles = bodyOf({ keyEvents: false }).widgets.map(({ properties }) => properties.title);
    expect(titles.join()).not.toMatch(/key event/i);
  });

  it('does not exist with dashboard=false', () => {
    const { template } = synthesize({ dashboard: false });
    expect(propertiesOf(template, 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });
});
