import { GLOBAL, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { MINUTE_MS, instantOf, type Instant } from '@ballast/kernel';
import { QuoteTape, openedMachine, payloadsOf, threeVenues } from '../pricing.fixtures.js';
import { settlementOverrideFigures } from '../pricing.queries.js';

const EXPIRY = instantOf('2026-03-27T08:00:00Z');
const START = EXPIRY - 40 * MINUTE_MS;
const FUTURE = 'BTC-27MAR26';
const WHY = 'Two venues printed a stale index in the window.';

/** Pricing in which a future expires forty minutes later, at 60,000. */
class Desk {
  readonly machine = openedMachine();
  readonly tape = new QuoteTape(START).market(60, ['BTC']).list(FUTURE);
  readonly events: SealedEvent[] = [];
  now = START;
  #read = 0;
  #commands = 0;

  constructor() {
    this.upTo(START);
  }

  /** Minute by minute. */
  upTo(at: Instant, quoted = true): this {
    for (; this.now <= at; this.now += MINUTE_MS) {
      this.tape.at(this.now);
      (quoted ? this.tape.quotes('BTC', threeVenues('60000')) : this.tape).tick();
      for (const entry of this.tape.entries.slice(this.#read)) this.machine.accept(entry);
      this.#read = this.tape.entries.length;
      this.#drain();
    }
    return this;
  }

  /** The status of the answer, or the code of the refusal; asked a moment after the last prices. */
  ask(type: string, payload: unknown, actor: string | null): string {
    const position = (this.#commands += 1);
    const clearing = this.now - MINUTE_MS + 1;
    const input: LogEntry = {
      ...{ log: 'pricing.commands', partition: GLOBAL, position, id: `command-${position}`, stream: 'commands' },
      ...{ version: position, type, schemaVersion: 1, time: { clearing, hop: 0 }, basis: [], correlation: '' },
      ...{ cause: { kind: 'command', id: `command-${position}` }, actor, payload },
    };
    const answer = this.machine.accept(input);
    this.#drain();
    if (answer?.outcome === 'rejected') return answer.code;
    return (answer?.data as { readonly status: string }).status;
  }

  propose(overrideId: string, changes: object = {}, actor: string | null = 'ann'): string {
    const terms = {
      underlying: 'BTC',
      expiry: EXPIRY,
      price: '61000',
      validUntil: EXPIRY + 60 * MINUTE_MS,
      reason: WHY,
    };
    return this.ask('ProposeSettlementOverride', { overrideId, ...terms, ...changes }, actor);
  }

  approve(overrideId: string, actor: string | null = 'ben'): string {
    return this.ask('ApproveSettlementOverride', { overrideId }, actor);
  }

  get fixed() {
    return payloadsOf(this.events, 'SettlementPriceFixed');
  }

  get overrides() {
    return settlementOverrideFigures(this.machine.state);
  }

  #drain(): void {
    this.events.push(...this.machine.drain().events);
  }
}

describe('a settlement price that two persons set [CLR-PRC-062]', () => {
  it('is the delivery price, whatever the average, and says so', () => {
    const desk = new Desk();
    expect(desk.propose('o-1')).toBe('proposed');
    expect(desk.overrides).toMatchObject([{ overrideId: 'o-1', price: '61000', proposer: 'ann', approver: null }]);
    expect(desk.approve('o-1')).toBe('approved');
    expect(desk.upTo(EXPIRY).fixed).toEqual([
      { underlying: 'BTC', expiry: EXPIRY, price: '61000', samples: 450, carried: 1, missing: 0, override: 'o-1' },
    ]);
    expect(desk.overrides).toEqual([]);
    expect(desk.propose('o-2')).toBe('expiry-unknown');
  });

  it('changes nothing before the second person', () => {
    const desk = new Desk();
    desk.propose('o-1');
    expect(desk.upTo(EXPIRY).fixed).toMatchObject([{ price: '60000' }]);
    expect(desk.fixed[0]).not.toHaveProperty('override');
    expect(desk.approve('o-1')).toBe('expiry-unknown');
  });

  it('ends the waiting for samples at once', () => {
    const desk = new Desk().upTo(EXPIRY - 10 * MINUTE_MS).upTo(EXPIRY + 2 * MINUTE_MS, false);
    expect(desk.fixed).toEqual([]);
    desk.propose('o-1');
    desk.approve('o-1');
    desk.upTo(EXPIRY + 3 * MINUTE_MS, false);
    expect(desk.fixed).toMatchObject([{ price: '61000', override: 'o-1' }]);
    const { cause } = desk.events.find(({ type }) => type === 'SettlementPriceFixed')!;
    expect(cause).toMatchObject({ kind: 'timer', due: EXPIRY + 2 * MINUTE_MS + 1 });
  });

  it('is replaced by a later one, and by the average again', () => {
    const desk = new Desk();
    for (const [id, price] of [
      ['o-1', '61000'],
      ['o-2', '62000'],
    ] as const) {
      desk.propose(id, { price });
      desk.approve(id);
    }
    desk.propose('o-3', { price: undefined });
    const waiting = desk.overrides.at(-1);
    expect(waiting).toMatchObject({ price: null, approvedAt: null });
    desk.upTo(EXPIRY - 5 * MINUTE_MS);
    expect(desk.approve('o-3')).toBe('approved');
    const [fixed] = desk.upTo(EXPIRY).fixed;
    expect(fixed).toMatchObject({ price: '60000', samples: 450 });
    expect(fixed).not.toHaveProperty('override');
  });

  it('of which the last approved counts', () => {
    const desk = new Desk();
    desk.propose('o-1', { price: '61000' });
    desk.propose('o-2', { price: '62000' });
    desk.approve('o-2');
    desk.approve('o-1');
    expect(desk.upTo(EXPIRY).fixed).toMatchObject([{ price: '61000', override: 'o-1' }]);
  });

  it.each<[string, (desk: Desk) => string, string]>([
    ['without a person', (desk) => desk.propose('o-1', {}, null), 'actor-missing'],
    ['without a person who approves', (desk) => (desk.propose('o-1'), desk.approve('o-1', ' ')), 'actor-missing'],
    ['by one person', (desk) => (desk.propose('o-1'), desk.approve('o-1', ' Ann ')), 'proposer-may-not-approve'],
    ['of an expiry that nobody lists', (desk) => desk.propose('o-1', { expiry: EXPIRY + 1 }), 'expiry-unknown'],
    ['of another underlying', (desk) => desk.propose('o-1', { underlying: 'ETH' }), 'expiry-unknown'],
    ['of nothing', (desk) => desk.propose('o-1', { price: '0' }), 'settlement-override-invalid'],
    ['without a reason', (desk) => desk.propose('o-1', { reason: '' }), 'settlement-override-invalid'],
    ['that nobody proposed', (desk) => desk.approve('o-0'), 'override-unknown'],
    ['twice', (desk) => (desk.propose('o-1'), desk.propose('o-1')), 'override-exists'],
    ['approved twice', (desk) => (desk.propose('o-1'), desk.approve('o-1'), desk.approve('o-1')), 'override-approved'],
    ['whose time is over', (desk) => desk.propose('o-1', { validUntil: START }), 'override-lapsed'],
    [
      'when its time is over',
      (desk) => {
        desk.propose('o-1', { validUntil: START + 5 * MINUTE_MS });
        desk.upTo(START + 6 * MINUTE_MS);
        return desk.approve('o-1');
      },
      'override-lapsed',
    ],
  ])('is not set %s', (_, act, code) => {
    expect(act(new Desk())).toBe(code);
  });

  it('is the same after a rebuild', () => {
    const desk = new Desk();
    desk.propose('o-1');
    desk.approve('o-1');
    desk.propose('o-2');
    const again = openedMachine();
    for (const entry of desk.tape.entries) again.recall(entry);
    for (const event of desk.events) again.recallOwn(event);
    expect(settlementOverrideFigures(again.state)).toEqual(desk.overrides);
  });
});
