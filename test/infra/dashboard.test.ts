import { describe, expect, it } from 'vitest';
import { METRICS } from '../../rule/metrics.ts';
import { onlyOne, propertiesOf, synthesize, toText } from './synthesize.ts';

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
const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);

describe('the dashboard', () => {
  it('shows a week, alarms first', () => {
    expect(start).toBe('-P7D');
    expect(widgets[0]).toMatchObject({ type: 'alarm', x: 0, y: 0, width: 24 });
    expect(widgets[0]?.properties.alarms).toHaveLength(7);
  });

  it('fills its rows without a gap or an overlap', () => {
    const rows = new Map<number, number>();
    for (const { y, width } of widgets) rows.set(y, (rows.get(y) ?? 0) + width);
    expect([...rows.values()]).toEqual([24, 24, 24, 24, 24]);
  });

  it('shows every metric of ours but those that only an alarm needs', () => {
    const shown = new Set(
      metrics
        .filter(([namespace]) => namespace === 'IamUserSingleAccessKey')
        .map(([, name]) => name),
    );
    for (const name of Object.keys(METRICS))
      if (!['SuccessfulSweeps', 'PoisonedEvents'].includes(name))
        expect(shown, name).toContain(name);
  });

  it('counts every call of a sweep, tags too', () => {
    const calls = widgets.find(({ properties }) => properties.title === 'Calls of sweeps');
    expect(calls?.properties.metrics?.map(([, name]) => name)).toEqual([
      'GetComplianceDetailsByConfigRule',
      'ListUsers',
      'ListAccessKeys',
      'ListUserTags',
      'GetAccessKeyLastUsed',
      'PutEvaluations',
    ]);
  });

  it('has the errors of every function, each with its own name', () => {
    const errors = widgets.find(({ properties }) => properties.title === 'Errors');
    expect(errors?.properties.metrics).toHaveLength(
      propertiesOf(synthesize().template, 'AWS::Lambda::Function').length,
    );
    const labels = errors?.properties.metrics?.map((metric) => Object(metric.at(-1)).label);
    expect(labels).toEqual(['rule', 'planner', 'key events']);
  });

  it('leaves key events out where there are none', () => {
    const titles = bodyOf({ keyEvents: false }).widgets.map(({ properties }) => properties.title);
    expect(titles.join()).not.toMatch(/key event/i);
  });

  it('is not there when nobody wants to pay for it', () => {
    const { template } = synthesize({ dashboard: false });
    expect(propertiesOf(template, 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });
});
