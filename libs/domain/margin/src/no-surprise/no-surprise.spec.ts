import type { LogEntry } from '@ballast/event-sourcing';
import type { MarginEvents, MarginGlobalEvents, OpeningEvents } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { MarginHouse, MINUTE, NOON, payloadsOf, type PricesAt } from '../margin.fixtures.js';
import { noSurpriseJudge } from './no-surprise-judge.js';
import type { NoSurpriseViolation } from './no-surprise.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];
type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];

const at = (minutes: number, BTC: string, fast: string): PricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC,
  ETH: '3000',
  fast,
});

interface Entered {
  readonly event: LiquidationTriggered;
  readonly rules: OpeningEvents['DocumentsEstablished'];
  readonly schedules: readonly ScheduleInForce[];
}

function liquidated(USD: string, steps: readonly PricesAt[]): Entered {
  const house = new MarginHouse();
  house.prices(at(0, '60000', '0.024'));
  house.account('ann.main', { USD, position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
  const [event] = payloadsOf(
    steps.flatMap((step) => house.prices(step)),
    'LiquidationTriggered',
  );
  if (event === undefined) throw new Error('nobody was liquidated');
  const upTo = house.globalEvents.filter(({ position }) => position <= event.assessment.schedule);
  const payloads = <Payload>(type: string): Payload[] =>
    upTo.flatMap((entry: LogEntry) => (entry.type === type ? [entry.payload as Payload] : []));
  const [rules] = payloads<OpeningEvents['DocumentsEstablished']>('DocumentsEstablished');
  if (rules === undefined) throw new Error('no rules');
  return { event, rules, schedules: payloads('ScheduleInForce') };
}

function judged(event: LiquidationTriggered, { rules, schedules }: Entered): readonly NoSurpriseViolation[] {
  const judge = noSurpriseJudge();
  for (const document of rules.documents) judge.document(document);
  for (const schedule of schedules) judge.schedule(schedule);
  return judge.violations(event);
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

const withFigures = (event: LiquidationTriggered, figures: Partial<LiquidationTriggered['assessment']['figures']>) => ({
  ...event,
  assessment: { ...event.assessment, figures: { ...event.assessment.figures, ...figures } },
});

describe('no surprise [CLR-MRG-050]', () => {
  it.each([
    ['by a fall of the price in calm', byPrice],
    ['by volatility after its notice', byVolatility],
    ['by a trigger of the price', byTrigger],
  ])('holds at a liquidation %s', (_name, make) => {
    const entered = make();
    expect(judged(entered.event, entered)).toEqual([]);
  });

  it('is broken by an account that still covered its requirement', () => {
    const entered = byPrice();
    const { liquidation } = entered.event.assessment.figures;
    const enough = withFigures(entered.event, { equity: liquidation });
    expect(judged(enough, entered)).toMatchObject([{ rule: 'equity-not-below-requirement' }]);
  });

  it('holds at the take-over of a bare debt, which is required nothing, whatever the ranges of its coin say', () => {
    const entered = byPrice();
    const bare = withFigures(entered.event, { equity: '-0.01', initial: '0', call: '0', liquidation: '0' });
    const debt = { ...bare, assessment: { ...bare.assessment, positions: [] } };
    expect(judged(debt, entered)).toEqual([]);
    const covered = withFigures(debt, { equity: '0' });
    expect(judged(covered, entered)).toMatchObject([{ rule: 'equity-not-below-requirement' }]);
  });

  it('is broken by a requirement that is not the sum of the positions', () => {
    const entered = byPrice();
    const more = withFigures(entered.event, { liquidation: '99999' });
    expect(judged(more, entered)).toMatchObject([
      { rule: 'requirement-not-the-sum' },
      { rule: 'requirement-not-of-the-ranges' },
    ]);
  });

  it('is broken by shares that say more than the ranges ask for', () => {
    const entered = byPrice();
    const { assessment } = entered.event;
    const raised = text(dec(assessment.figures.liquidation).plus('0.02'));
    const more = withFigures(entered.event, { liquidation: raised });
    const positions = assessment.positions.map((position) => ({ ...position, liquidation: raised }));
    const shares = { ...more, assessment: { ...more.assessment, positions } };
    expect(judged(shares, entered)).toMatchObject([{ rule: 'requirement-not-of-the-ranges' }]);
  });

  it('is broken by a rate above a call rate of the notice period without a trigger', () => {
    const entered = byTrigger();
    const untold = { ...entered.event, triggers: [] };
    expect(judged(untold, entered)).toMatchObject([{ rule: 'rate-without-notice' }]);
  });

  it('is broken by a trigger that the marks do not show', () => {
    const entered = byTrigger();
    const schedules = entered.schedules.map((schedule) => ({
      ...schedule,
      underlyings: schedule.underlyings.map((underlying) => ({ ...underlying, mark: '60000' })),
    }));
    expect(judged(entered.event, { ...entered, schedules })).toMatchObject([{ rule: 'trigger-not-reproduced' }]);
  });
});
