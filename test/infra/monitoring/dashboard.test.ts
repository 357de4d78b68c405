import { describe, expect, it } from 'vitest';
import { onlyOne, propertiesOf, synthesize, toText } from '../synthesize.ts';

type Widget = {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title: string; query?: string; metrics?: unknown[][]; alarms?: string[] };
};

const bodyOf = (settings = {}) => {
  const { template } = synthesize({ dashboard: true, ...settings });
  const { DashboardBody } = onlyOne(template, 'AWS::CloudWatch::Dashboard');
  return JSON.parse(toText(DashboardBody)) as { start: string; widgets: Widget[] };
};

const { start, widgets } = bodyOf();
const titled = (title: string, among = widgets) =>
  among.find(({ properties }) => properties.title === title)?.properties;

describe('the dashboard', () => {
  it('does not exist by default', () => {
    expect(propertiesOf(synthesize().template, 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });

  it('shows a week, with the alarms first', () => {
    expect(start).toBe('-P7D');
    expect(widgets[0]).toMatchObject({ type: 'alarm', x: 0, y: 0, width: 24 });
    expect(widgets[0]?.properties.alarms).toHaveLength(3);
  });

  it('has no gaps and no overlaps', () => {
    const rows = new Map<number, number>();
    for (const { y, width } of widgets) rows.set(y, (rows.get(y) ?? 0) + width);
    expect([...rows.values()]).toEqual([24, 24, 24, 24, 24]);
  });

  it('shows only metrics that AWS publishes free of charge', () => {
    const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    expect(new Set(metrics.map(([namespace]) => namespace))).toEqual(
      new Set(['AWS/Lambda', 'AWS/SQS']),
    );
  });

  it.each(['Invocations', 'Errors', 'Longest duration'])(
    'shows the %s of every function by name',
    (title) => {
      const labels = (among: Widget[]) =>
        titled(title, among)?.metrics?.map((metric) => Object(metric.at(-1)).label);
      expect(labels(widgets)).toEqual(['rule', 'inactive keys', 'planner', 'key events']);
      const all = {
        securityHubFindings: true,
        automaticRemediation: true,
        automaticDeletion: true,
      };
      expect(labels(bodyOf(all).widgets)).toHaveLength(
        propertiesOf(synthesize(all).template, 'AWS::Lambda::Function').length,
      );
    },
  );

  it('shows the dead-letter queue, and the queue of key events if there is one', () => {
    expect(titled('Waiting events')?.metrics).toHaveLength(2);
    expect(titled('Waiting events', bodyOf({ keyEvents: false }).widgets)?.metrics).toHaveLength(1);
  });

  it.each(['Sweeps', 'API calls of evaluations', 'Failures'])('shows the query of %s', (title) => {
    expect(titled(title)?.query).toMatch(/^SOURCE '/);
  });
});
