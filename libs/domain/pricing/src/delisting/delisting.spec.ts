import { GLOBAL, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { MINUTE_MS, instantOf } from '@ballast/kernel';
import { QuoteTape, openedMachine, payloadsOf, threeVenues } from '../pricing.fixtures.js';
import { delistingFigures } from '../pricing.queries.js';

const START = instantOf('2026-03-01T07:50:00Z');
const END = START + 5 * MINUTE_MS;
const PERP = 'BTC-PERP';
const FUTURE = 'BTC-27MAR26';
const INVERSE = 'BTC-PERP-INVERSE';

/** Pricing of a perpetual with a future and an inverse perpetual beside it, at 60,000. */
class Desk {
  readonly machine = openedMachine();
  readonly tape = new QuoteTape(START).market(60, ['BTC']).list(FUTURE).list(INVERSE);
  readonly events: SealedEvent[] = [];
  now = START;
  #read = 0;
  #commands = 0;

  constructor() {
    this.upTo(START);
  }

  /** Minute by minute. */
  upTo(at: number, price: string | null = '60000'): this {
    for (; this.now <= at; this.now += MINUTE_MS) {
      this.tape.at(this.now);
      (price === null ? this.tape : this.tape.quotes('BTC', threeVenues(price))).tick();
      for (const entry of this.tape.entries.slice(this.#read)) this.machine.accept(entry);
      this.#read = this.tape.entries.length;
      this.events.push(...this.machine.drain().events);
    }
    return this;
  }

  ask(type: string, payload: unknown, actor: string | null): string {
    const position = (this.#commands += 1);
    const input: LogEntry = {
      ...{ log: 'pricing.commands', partition: GLOBAL, position, id: `command-${position}`, stream: 'commands' },
      ...{ version: position, type, schemaVersion: 1, basis: [], correlation: '', actor, payload },
      time: { clearing: this.now - MINUTE_MS + 1, hop: 0 },
      cause: { kind: 'command', id: `command-${position}` },
    };
    const answer = this.machine.accept(input);
    this.events.push(...this.machine.drain().events);
    return answer?.outcome === 'rejected' ? answer.code : (answer?.data as { readonly status: string }).status;
  }

  propose(delistingId: string, changes: object = {}, actor: string | null = 'ann'): string {
    const terms = { instrument: PERP, at: END, reason: 'nobody trades it' };
    return this.ask('ProposeDelisting', { delistingId, ...terms, ...changes }, actor);
  }

  approve(delistingId: string, actor: string | null = 'ben'): string {
    return this.ask('ApproveDelisting', { delistingId }, actor);
  }

  get ended() {
    return payloadsOf(this.events, 'InstrumentDelisted');
  }
}

describe('a perpetual that two persons end [CLR-DEL-001] [CLR-DEL-002]', () => {
  it('ends at the last mark before its time', () => {
    const desk = new Desk();
    expect([desk.propose('d-1'), desk.approve('d-1')]).toEqual(['proposed', 'approved']);
    expect(desk.upTo(END - MINUTE_MS).ended).toEqual([]);
    const mark = payloadsOf(desk.events, 'PriceSetPublished')
      .at(-1)
      ?.marks.find((each) => each.instrument === PERP);
    expect(desk.upTo(END, '61000').ended).toEqual([{ delistingId: 'd-1', instrument: PERP, price: mark?.mark }]);
    expect(desk.upTo(END + 3 * MINUTE_MS).ended).toHaveLength(1);
    expect(delistingFigures(desk.machine.state)).toMatchObject([{ delistingId: 'd-1', proposer: 'ann', ended: true }]);
  });

  it('ends at the price that they set', () => {
    const desk = new Desk();
    desk.propose('d-1', { price: '58000' });
    desk.approve('d-1');
    expect(desk.upTo(END).ended).toMatchObject([{ price: '58000' }]);
  });

  it('goes on being priced for the contracts beside it, and pays no funding any more', () => {
    const desk = new Desk();
    desk.propose('d-1');
    desk.approve('d-1');
    desk.upTo(END + 8 * MINUTE_MS);
    const last = payloadsOf(desk.events, 'PriceSetPublished').at(-1);
    expect(last?.marks.map(({ instrument }) => instrument)).toEqual([PERP]);
    expect(
      payloadsOf(desk.events, 'RiskArraysPublished')
        .at(-1)
        ?.instruments.map(({ instrument }) => instrument),
    ).toEqual([FUTURE, INVERSE].sort());
    // 08:00 is behind it.
    expect(payloadsOf(desk.events, 'FundingRateFixed')).toEqual([]);
    const going = new Desk().upTo(END + 8 * MINUTE_MS);
    expect(payloadsOf(going.events, 'FundingRateFixed')).toHaveLength(1);
  });

  it('ends, where it is inverse, at its own mark', () => {
    const desk = new Desk();
    expect([desk.propose('d-1', { instrument: INVERSE }), desk.approve('d-1')]).toEqual(['proposed', 'approved']);
    expect(desk.upTo(END).ended).toMatchObject([{ instrument: INVERSE, price: '60000' }]);
  });

  it('waits while its mark is frozen, and ends with the first price set in which it is not', () => {
    const desk = new Desk();
    desk.propose('d-1');
    desk.approve('d-1');
    desk.upTo(START + MINUTE_MS);
    expect(desk.upTo(END + 5 * MINUTE_MS, null).ended).toEqual([]);
    desk.upTo(END + 12 * MINUTE_MS, '62000');
    expect(desk.ended).toHaveLength(1);
  });

  it('needs two persons, however they write their names', () => {
    const desk = new Desk();
    expect(desk.approve('d-1')).toBe('delisting-unknown');
    expect(desk.propose('d-1', {}, null)).toBe('actor-missing');
    expect(desk.propose('d-1')).toBe('proposed');
    expect(desk.propose('d-1')).toBe('delisting-exists');
    expect(desk.approve('d-1', null)).toBe('actor-missing');
    expect(desk.approve('d-1', ' Ann ')).toBe('proposer-may-not-approve');
    expect(desk.upTo(END).ended).toEqual([]);
    expect(desk.approve('d-1')).toBe('delisting-in-the-past');
    expect([desk.propose('d-2', { at: END + 9 * MINUTE_MS }), desk.approve('d-2')]).toEqual(['proposed', 'approved']);
    expect(desk.approve('d-2')).toBe('delisting-approved');
  });

  it('ends as they decided last, or stays', () => {
    const desk = new Desk();
    for (const [id, changes] of [
      ['d-1', {}],
      ['d-2', { at: END + 3 * MINUTE_MS, price: '1' }],
      ['d-3', { at: undefined }],
    ] as const) {
      expect([desk.propose(id, changes), desk.approve(id)]).toEqual(['proposed', 'approved']);
    }
    expect(desk.upTo(END + 4 * MINUTE_MS).ended).toEqual([]);
    expect([desk.propose('d-4', { at: END + 7 * MINUTE_MS }), desk.approve('d-4')]).toEqual(['proposed', 'approved']);
    expect(desk.upTo(END + 8 * MINUTE_MS).ended).toMatchObject([{ delistingId: 'd-4' }]);
    for (const changes of [{ at: END + 20 * MINUTE_MS }, { at: undefined }]) {
      expect(desk.propose('d-5', changes)).toBe('instrument-delisted');
    }
    expect(desk.ask('HaltInstrument', { haltId: 'h-1', instrument: PERP, reason: 'late' }, 'ann')).toBe(
      'instrument-unknown',
    );
  });

  it.each([
    [{ instrument: FUTURE }, 'instrument-dated'],
    [{ instrument: 'DOGE-PERP' }, 'instrument-unknown'],
    [{ at: START }, 'delisting-in-the-past'],
    [{ price: '0' }, 'delisting-invalid'],
    [{ at: -1 }, 'delisting-invalid'],
    [{ reason: '' }, 'delisting-invalid'],
  ])('is refused with %j: %s', (changes, code) => {
    expect(new Desk().propose('d-1', changes)).toBe(code);
  });

  it('tells by whom it was approved and when', () => {
    const desk = new Desk();
    desk.propose('d-1');
    expect(delistingFigures(desk.machine.state)).toMatchObject([{ proposer: 'ann', approver: null, approvedAt: null }]);
    desk.approve('d-1');
    desk.upTo(END);
    const state = delistingFigures(desk.machine.state);
    expect(state).toMatchObject([{ proposer: 'ann', approver: 'ben', approvedAt: START + 1, ended: true }]);
  });
});
