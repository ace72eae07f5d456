import { GLOBAL, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { InstrumentHaltCommands } from '@ballast/facts';
import { HOUR_MS, MINUTE_MS, instantOf, type Instant } from '@ballast/kernel';
import { QuoteTape, openedMachine, payloadsOf, threeVenues } from '../pricing.fixtures.js';
import { instrumentHaltFigures } from '../pricing.queries.js';

const NINE = instantOf('2026-03-01T09:00:00Z');
const EXPIRY = instantOf('2026-03-27T08:00:00Z');
const PERPETUAL = 'BTC-PERP';
const FUTURE = 'BTC-27MAR26';
const WHY = 'A faulty gateway crosses its book.';

/** Pricing with a perpetual and a future that are cleared, and one that waits for a price of its underlying. */
class Desk {
  readonly machine = openedMachine();
  readonly tape = new QuoteTape(NINE).market(60, ['BTC', 'ETH']).list(FUTURE);
  /** Since it was opened, and since it cleared its first contracts. */
  readonly all: SealedEvent[] = [];
  events: SealedEvent[] = [];
  #read = 0;
  #commands = 0;

  constructor() {
    this.moment(NINE);
    this.events = [];
  }

  /** Quotes and the clock of a moment. */
  moment(at: Instant): readonly SealedEvent[] {
    this.tape.at(at).quotes('BTC', threeVenues('60000')).tick();
    for (const entry of this.tape.entries.slice(this.#read)) this.machine.accept(entry);
    this.#read = this.tape.entries.length;
    return this.#drained();
  }

  /** The status of the answer, or the code of the refusal. */
  ask<Type extends keyof InstrumentHaltCommands>(type: Type, payload: unknown, actor: string | null = 'ann'): string {
    const position = (this.#commands += 1);
    const input: LogEntry = {
      ...{ log: 'pricing.commands', partition: GLOBAL, position, id: `command-${position}`, stream: 'commands' },
      ...{ version: position, type, schemaVersion: 1, time: { clearing: NINE, hop: 0 }, basis: [], correlation: '' },
      ...{ cause: { kind: 'command', id: `command-${position}` }, actor, payload },
    };
    const answer = this.machine.accept(input);
    this.#drained();
    if (answer?.outcome === 'rejected') return answer.code;
    return (answer?.data as { readonly status: string }).status;
  }

  halt(haltId: string, until?: Instant, instrument = PERPETUAL, actor: string | null = 'ann'): string {
    return this.ask(
      'HaltInstrument',
      { haltId, instrument, ...(until === undefined ? {} : { until }), reason: WHY },
      actor,
    );
  }

  propose(haltId: string, actor: string | null = 'ann'): string {
    return this.ask('ProposeResumption', { haltId, reason: 'Mended.' }, actor);
  }

  approve(haltId: string, actor: string | null): string {
    return this.ask('ApproveResumption', { haltId }, actor);
  }

  get halts() {
    return instrumentHaltFigures(this.machine.state);
  }

  #drained(): readonly SealedEvent[] {
    const { events } = this.machine.drain();
    this.all.push(...events);
    this.events.push(...events);
    return events;
  }
}

describe('a halt of one instrument [CLR-HLT-001]', () => {
  it('is made by one person, at once, with a reason that is logged', () => {
    const desk = new Desk();
    expect(desk.halt('h-1')).toBe('halted');
    expect(desk.events).toMatchObject([
      {
        type: 'InstrumentHalted',
        stream: 'halts-BTC-PERP',
        actor: 'ann',
        payload: { haltId: 'h-1', instrument: PERPETUAL, until: null, reason: WHY },
      },
    ]);
    expect(desk.halts).toEqual([
      {
        haltId: 'h-1',
        instrument: PERPETUAL,
        reason: WHY,
        haltedBy: 'ann',
        since: NINE,
        until: null,
        resumption: null,
      },
    ]);
  });

  it('ends when another person approves what one has proposed', () => {
    const desk = new Desk();
    desk.halt('h-1');
    expect(desk.approve('h-1', 'ben')).toBe('resumption-unknown');
    expect(desk.propose('h-1')).toBe('proposed');
    expect(desk.halts).toMatchObject([{ haltId: 'h-1', resumption: { proposer: 'ann', reason: 'Mended.' } }]);
    expect(desk.propose('h-1', 'ben')).toBe('resumption-exists');
    expect(desk.approve('h-1', ' Ann ')).toBe('proposer-may-not-approve');
    expect(desk.approve('h-1', 'ben')).toBe('resumed');
    expect(payloadsOf(desk.events, 'InstrumentResumed')).toEqual([
      { haltId: 'h-1', instrument: PERPETUAL, because: 'approved', proposer: 'ann', reason: 'Mended.' },
    ]);
    expect(desk.halts).toEqual([]);
    expect([desk.approve('h-1', 'ben'), desk.propose('h-1')]).toEqual(['halt-ended', 'halt-ended']);
  });

  it('ends by itself at the end that was named, before anything of that moment, and not a moment earlier', () => {
    const desk = new Desk();
    const end = NINE + 5 * MINUTE_MS;
    desk.halt('h-1', end);
    expect(payloadsOf(desk.moment(end - 1), 'InstrumentResumed')).toEqual([]);
    expect(desk.halts).toHaveLength(1);
    const [first] = desk.moment(end);
    expect(first).toMatchObject({
      type: 'InstrumentResumed',
      actor: null,
      cause: { kind: 'timer', id: 'resumption-h-1', due: end },
      payload: { haltId: 'h-1', instrument: PERPETUAL, because: 'expired', proposer: null, reason: null },
    });
    expect(desk.halts).toEqual([]);
    expect(payloadsOf(desk.moment(end + HOUR_MS), 'InstrumentResumed')).toEqual([]);
  });

  it('is made longer by one person, never shorter; what waits for a second person is void then', () => {
    const desk = new Desk();
    desk.halt('h-1', NINE + HOUR_MS);
    desk.propose('h-1');
    expect(desk.halt('h-2', NINE + HOUR_MS - 1)).toBe('halt-shorter');
    expect(desk.halt('h-2', NINE + 2 * HOUR_MS)).toBe('halted');
    expect(desk.approve('h-1', 'ben')).toBe('halt-ended');
    expect(desk.halt('h-3')).toBe('halted');
    expect(desk.halt('h-4', NINE + 9 * HOUR_MS)).toBe('halt-shorter');
    expect(desk.halts).toMatchObject([{ haltId: 'h-3', until: null, resumption: null }]);
    // The ends of those that were replaced do nothing.
    expect(payloadsOf(desk.moment(NINE + 3 * HOUR_MS), 'InstrumentResumed')).toEqual([]);
  });

  it('is of one instrument; others go on, and may be halted beside it', () => {
    const desk = new Desk();
    desk.halt('h-1');
    desk.halt('h-2', undefined, FUTURE);
    desk.propose('h-2');
    desk.approve('h-2', 'ben');
    expect(desk.halts).toMatchObject([{ haltId: 'h-1', instrument: PERPETUAL }]);
  });

  it('ends with its contract: what expires is delivered all the same', () => {
    const desk = new Desk();
    desk.halt('h-1', EXPIRY + HOUR_MS, FUTURE);
    for (let at = EXPIRY - 31 * MINUTE_MS; at <= EXPIRY + MINUTE_MS; at += MINUTE_MS) desk.moment(at);
    expect(payloadsOf(desk.events, 'SettlementPriceFixed')).toMatchObject([{ underlying: 'BTC', price: '60000' }]);
    expect(desk.halts).toEqual([]);
    desk.moment(EXPIRY + 2 * HOUR_MS);
    expect(payloadsOf(desk.events, 'InstrumentResumed')).toEqual([]);
    expect(desk.halt('h-2', undefined, FUTURE)).toBe('instrument-unknown');
  });

  it.each<[string, (desk: Desk) => string, string]>([
    ['without a person', (desk) => desk.halt('h-1', undefined, PERPETUAL, null), 'actor-missing'],
    ['without a person who proposes', (desk) => (desk.halt('h-1'), desk.propose('h-1', '')), 'actor-missing'],
    ['without a person who approves', (desk) => (desk.halt('h-1'), desk.approve('h-1', ' ')), 'actor-missing'],
    ['of what nobody lists', (desk) => desk.halt('h-1', undefined, 'SOL-PERP'), 'instrument-unknown'],
    ['of what waits for a price', (desk) => desk.halt('h-1', undefined, 'ETH-PERP'), 'instrument-unknown'],
    ['under an id that was used', (desk) => (desk.halt('h-1'), desk.halt('h-1')), 'halt-exists'],
    ['until now', (desk) => desk.halt('h-1', NINE), 'halt-in-the-past'],
    ['ended that nobody made', (desk) => desk.propose('h-0'), 'halt-unknown'],
    ['ended by an approval of one that nobody made', (desk) => desk.approve('h-0', 'ben'), 'halt-unknown'],
    ['with a body that is none', (desk) => desk.ask('HaltInstrument', null), 'instrument-halt-invalid'],
    ['until a part of a millisecond', (desk) => desk.halt('h-1', NINE + 0.5), 'instrument-halt-invalid'],
    ['with odd characters', (desk) => desk.halt('h\u0000'), 'instrument-halt-invalid'],
    ['ended with odd characters', (desk) => desk.propose('h\u0000'), 'instrument-halt-invalid'],
    ['approved with odd characters', (desk) => desk.approve('h\u0000', 'ben'), 'instrument-halt-invalid'],
  ])('is not made %s', (_, act, code) => {
    expect(act(new Desk())).toBe(code);
  });

  it('is the same after a rebuild', () => {
    const desk = new Desk();
    desk.halt('h-1', NINE + HOUR_MS);
    desk.propose('h-1');
    desk.halt('h-2', undefined, FUTURE);
    const again = openedMachine();
    for (const entry of desk.tape.entries) again.recall(entry);
    for (const event of desk.all) again.recallOwn(event);
    expect(instrumentHaltFigures(again.state)).toEqual(desk.halts);
  });
});
