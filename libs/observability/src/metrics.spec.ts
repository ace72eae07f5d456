import { ClearingMetrics } from './metrics.js';

describe('figures of a process', () => {
  it('are absent until somebody knows them, and zero only when they are', async () => {
    const metrics = new ClearingMetrics();
    const figures = async () => [...(await metrics.text()).matchAll(/^(ballast_\w+)(?:\{.*\})? (.+)$/gm)];
    expect((await figures()).map(([line]) => line)).toEqual([]);
    metrics.fund.set(0);
    metrics.shortfall.set(12.5);
    expect((await figures()).map(([, name, value]) => [name, value])).toEqual([
      ['ballast_insurance_fund_usd', '0'],
      ['ballast_shortfall_usd', '12.5'],
    ]);
  });

  it('that change all the time are looked at when they are asked for, and only then', async () => {
    const metrics = new ClearingMetrics();
    let backlog = 3;
    let looks = 0;
    metrics.beforeScrape(() => {
      looks += 1;
      metrics.backlog.set({ log: 'margin', partition: '0' }, backlog);
    });
    expect(looks).toBe(0);
    expect(await metrics.text()).toContain('{log="margin",partition="0"} 3');
    backlog = 0;
    expect(await metrics.text()).toContain('{log="margin",partition="0"} 0');
    expect(looks).toBe(2);
  });
});
