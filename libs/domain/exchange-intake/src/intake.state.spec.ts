import type { LogEntry } from '@ballast/event-sourcing';
import { intakeProcess } from './intake.process.js';
import { correlationOf, keptUpTo, noteEntry, type IntakeState } from './intake.state.js';

const LOGS = ['exchange.quotes', 'exchange.fills', 'exchange.transfers'] as const;

/** Messages of one producer over three logs of the exchange, as they came. */
const kept = Array.from({ length: 3_500 }, (_, index): LogEntry => {
  const position = index + 1;
  const log = position % 7 < 5 ? LOGS[1] : LOGS[position % 2 === 0 ? 0 : 2];
  const correlation = correlationOf({ producer: 'engine', incarnation: 'one', position });
  return { log, partition: 0, position, type: 'Said', payload: { position }, correlation } as unknown as LogEntry;
});

const stateBehind = (entries: readonly LogEntry[]): IntakeState => {
  const state = intakeProcess.initialState(0, 1);
  for (const entry of entries) noteEntry(state, entry);
  return state;
};

describe('the last messages of a producer', () => {
  it('are the same thousand whether its logs are read as they were written or one after the other', () => {
    const asWritten = stateBehind(kept);
    const logs = LOGS.map((name) => kept.filter(({ log }) => log === name));
    expect(logs.every(({ length }) => length > 0)).toBe(true);
    for (const order of [logs, [...logs].reverse()]) expect(stateBehind(order.flat())).toEqual(asWritten);
    expect(keptUpTo(asWritten, 'engine', 'one')).toBe(3_500);
    const recent = [...(asWritten.sequences.get('engine/one')?.recent.keys() ?? [])];
    expect(recent).toEqual(Array.from({ length: 1_000 }, (_, index) => 2_501 + index));
  });
});
