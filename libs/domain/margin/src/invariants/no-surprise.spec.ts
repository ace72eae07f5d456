import type { MarginEvents, MarginGlobalEvents } from '@ballast/facts';
import { MarginHouse, MINUTE, NOON, payloadsOf, type PricesAt } from '../margin.fixtures.js';
import { DEFAULT_PARAMETERS } from '../parameters/default-parameters.js';
import { noSurpriseJudge } from './no-surprise-judge.js';
import { checkNoSurprise, type NoSurpriseEvidence } from './no-surprise.js';

const at = (minutes: number, BTC: string, fast: string): PricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC,
  ETH: '3000',
  fast,
});

function liquidated(
  USD: string,
  steps: readonly PricesAt[],
): { readonly event: MarginEvents['LiquidationTriggered']; readonly evidence: NoSurpriseEvidence } {
  const house = new MarginHouse();
  house.prices(at(0, '60000', '0.024'));
  house.account('ann.main', { USD, position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
  const events = steps.flatMap((step) => house.prices(step));
  const [event] = payloadsOf(events, 'LiquidationTriggered');
  if (event === undefined) throw new Error('nobody was liquidated');
  const schedules = house.globalEvents.map(({ payload }) => payload as MarginGlobalEvents['ScheduleInForce']);
  const upTo = schedules.slice(0, event.assessment.schedule);
  return { event, evidence: { schedules: upTo, parameters: new Map([[DEFAULT_PARAMETERS.id, DEFAULT_PARAMETERS]]) } };
}

const byPrice = () => liquidated('2000', [at(1, '58900', '0.024')]);
const byVolatility = () =>
  liquidated(
    '1000',
    Array.from({ length: 20 }, (_, i) => at((i + 1) * 10, '60000', '0.2')),
  );
const byTrigger = () =>
  liquidated('3400', [
    at(1, '58500', '0.2'),
    at(30, '58500', '0.2'),
    at(61, '58200', '0.024'),
    at(62, '57500', '0.024'),
  ]);

describe('no surprise', () => {
  it.each([
    ['by a fall of the price in calm', byPrice],
    ['by volatility after its notice', byVolatility],
    ['by a trigger of the price', byTrigger],
  ])('holds at a liquidation %s', (_name, make) => {
    const { event, evidence } = make();
    expect(checkNoSurprise(event, evidence)).toEqual([]);
  });

  it.each([
    ['by a fall of the price in calm', byPrice],
    ['by volatility after its notice', byVolatility],
    ['by a trigger of the price', byTrigger],
  ])('is judged alike by who walks the schedules once, at a liquidation %s', (_name, make) => {
    const { event, evidence } = make();
    const judge = noSurpriseJudge();
    for (const schedule of evidence.schedules) judge.schedule(schedule);
    expect(judge.violations(event)).toEqual([]);
    const broken = {
      ...event,
      assessment: { ...event.assessment, figures: { ...event.assessment.figures, liquidation: '99999' } },
    };
    expect(judge.violations(broken)).toEqual(checkNoSurprise(broken, evidence));
    expect(judge.violations(broken)).toHaveLength(1);
  });

  it('is broken, for the judge too, by a rate that had no notice and no trigger', () => {
    const { event, evidence } = byTrigger();
    const judge = noSurpriseJudge();
    for (const schedule of evidence.schedules) judge.schedule(schedule);
    expect(judge.violations({ ...event, triggers: [] })).toEqual(checkNoSurprise({ ...event, triggers: [] }, evidence));
    expect(judge.violations({ ...event, triggers: [] })).toMatchObject([{ rule: 'rate-without-notice' }]);
  });

  it('is broken by an account that still covered its requirement', () => {
    const { event, evidence } = byPrice();
    const { assessment } = event;
    const enough = { ...assessment, figures: { ...assessment.figures, equity: assessment.figures.liquidation } };
    expect(checkNoSurprise({ ...event, assessment: enough }, evidence)).toMatchObject([
      { rule: 'equity-not-below-requirement' },
    ]);
  });

  it('is broken by a requirement that is not the sum of the positions', () => {
    const { event, evidence } = byPrice();
    const { assessment } = event;
    const more = { ...assessment, figures: { ...assessment.figures, liquidation: '99999' } };
    expect(checkNoSurprise({ ...event, assessment: more }, evidence)).toMatchObject([
      { rule: 'requirement-not-the-sum' },
    ]);
  });

  it('is broken by a rate above a call rate of the notice period without a trigger', () => {
    const { event, evidence } = byTrigger();
    expect(checkNoSurprise({ ...event, triggers: [] }, evidence)).toMatchObject([{ rule: 'rate-without-notice' }]);
  });

  it('is broken by a trigger that the marks do not show', () => {
    const { event, evidence } = byTrigger();
    const flat = evidence.schedules.map((schedule) => ({
      ...schedule,
      underlyings: schedule.underlyings.map((underlying) => ({ ...underlying, mark: '60000' })),
    }));
    expect(checkNoSurprise(event, { ...evidence, schedules: flat })).toMatchObject([
      { rule: 'trigger-not-reproduced' },
    ]);
  });
});
