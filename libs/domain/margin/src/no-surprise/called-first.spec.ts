import type { SealedEvent } from '@ballast/event-sourcing';
import type { MarginEvents } from '@ballast/facts';
import { MarginHouse, MINUTE, NOON, type PricesAt } from '../margin.fixtures.js';
import { CalledFirstJudge, isCalledFirstEvent, type CalledFirstEvent } from './called-first.js';

const at = (minutes: number, BTC: string): PricesAt => ({ at: NOON + minutes * MINUTE, BTC, ETH: '3000' });

const isJudged = (event: SealedEvent): event is SealedEvent & CalledFirstEvent => isCalledFirstEvent(event);

/** Long 1 BTC from 60,000 through some prices, one a minute. */
function through(...prices: readonly string[]): readonly CalledFirstEvent[] {
  const house = new MarginHouse();
  house.prices(at(0, '60000'));
  house.account('ann.main', { USD: '2400', position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
  prices.forEach((price, i) => house.prices(at(i + 1, price)));
  return house.events.filter<SealedEvent & CalledFirstEvent>(isJudged);
}

const rulesOf = (events: readonly CalledFirstEvent[]): readonly string[] => {
  const judge = new CalledFirstJudge();
  return events.flatMap((event) => judge.next(event).map(({ rule }) => rule));
};

/** The same events with another account of how the entry was called. */
const telling = (
  events: readonly CalledFirstEvent[],
  told: Partial<Pick<MarginEvents['LiquidationTriggered'], 'call' | 'uncalled'>>,
): readonly CalledFirstEvent[] =>
  events.map((event) =>
    event.type === 'LiquidationTriggered' ? { ...event, payload: { ...event.payload, ...told } } : event,
  );

const called = through('59400', '58400');
const uncalled = through('58400');
const OTHER = { callId: 'ann.main#7', issuedAt: NOON };

describe('called first [CLR-MRG-052]', () => {
  it.each([
    ['with a call', called],
    ['without one, as one price set left no time', uncalled],
  ])('holds at a liquidation %s', (_what, events) => {
    expect(events.some(({ type }) => type === 'LiquidationTriggered')).toBe(true);
    expect(rulesOf(events)).toEqual([]);
  });

  it.each([
    ['a call that is not the open one', telling(called, { call: OTHER }), 'call-not-the-open-one'],
    ['a call where none is open', telling(uncalled, { call: OTHER, uncalled: null }), 'call-not-the-open-one'],
    ['no call where one is open', telling(called, { call: null, uncalled: 'own-change' }), 'call-not-the-open-one'],
    ['a reason beside a call', telling(called, { uncalled: 'own-change' }), 'uncalled-without-reason'],
    ['neither a call nor a reason', telling(uncalled, { uncalled: null }), 'uncalled-without-reason'],
    [
      'a liquidation before that was none',
      telling(uncalled, { uncalled: 'liquidated-before' }),
      'uncalled-without-reason',
    ],
    [
      'a state that a call must be open in',
      telling(
        called.filter(({ type }) => type !== 'MarginCallIssued'),
        { call: null, uncalled: 'one-price-set' },
      ),
      'uncalled-in-margin-call',
    ],
  ])('is broken by %s', (_what, events, rule) => {
    expect(rulesOf(events)).toEqual([rule]);
  });
});
