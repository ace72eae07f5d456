import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type { HouseMode, HouseModeCommands } from '@ballast/facts';
import { instantOf } from '@ballast/kernel';
import { houseModeFigures } from '../pricing.queries.js';
import { openedMachine } from '../pricing.fixtures.js';

const NINE = instantOf('2026-03-01T09:00:00Z');

class Desk {
  readonly machine = openedMachine();
  readonly inputs: LogEntry[] = [];

  /** The outcome: `changed`, `proposed`, or the code of the refusal. */
  ask<Type extends keyof HouseModeCommands>(type: Type, payload: unknown, actor: string | null): string {
    const position = this.inputs.length + 1;
    const input: LogEntry = {
      ...{ log: 'pricing.commands', partition: GLOBAL, position, id: `command-${position}`, stream: 'commands' },
      ...{ version: position, type, schemaVersion: 1, time: { clearing: NINE, hop: 0 }, basis: [], correlation: '' },
      ...{ cause: { kind: 'command', id: `command-${position}` }, actor, payload },
    };
    this.inputs.push(input);
    const answer = this.machine.accept(input);
    if (answer?.outcome === 'rejected') return answer.code;
    return (answer?.data as { readonly status: string }).status;
  }

  change(mode: string, actor: string | null, proposalId = `own-${this.inputs.length}`): string {
    return this.ask('ChangeHouseMode', { proposalId, mode, reason: 'Two venues are down.' }, actor);
  }

  approve(proposalId: string, actor: string | null): string {
    return this.ask('ApproveHouseMode', { proposalId }, actor);
  }

  get mode(): HouseMode {
    return houseModeFigures(this.machine.state).mode;
  }
}

describe('the mode of the house [CLR-HMD-002]', () => {
  it('is normal at first; one person lets it do less, at once, with a reason that is logged', () => {
    const desk = new Desk();
    desk.machine.drain();
    expect(desk.mode).toBe('normal');
    expect(desk.change('halt', 'ann', 'p-1')).toBe('changed');
    expect(desk.mode).toBe('halt');
    expect(desk.machine.drain().events).toMatchObject([
      {
        type: 'HouseModeChanged',
        actor: 'ann',
        payload: { proposalId: 'p-1', from: 'normal', to: 'halt', proposer: null, reason: 'Two venues are down.' },
      },
    ]);
  });

  it('does more again only when another person approves', () => {
    const desk = new Desk();
    desk.change('halt', 'ann');
    expect(desk.change('normal', 'ann', 'p-2')).toBe('proposed');
    expect(desk.mode).toBe('halt');
    expect(houseModeFigures(desk.machine.state).proposals).toMatchObject([
      { proposalId: 'p-2', mode: 'normal', proposer: 'ann' },
    ]);
    expect(desk.approve('p-2', ' Ann ')).toBe('proposer-may-not-approve');
    expect(desk.approve('p-2', 'ben')).toBe('changed');
    expect(desk.mode).toBe('normal');
    expect(desk.approve('p-2', 'ben')).toBe('proposal-approved');
    expect(houseModeFigures(desk.machine.state).proposals).toEqual([]);
  });

  it('forgets what was proposed when somebody pulls the switch meanwhile', () => {
    const desk = new Desk();
    desk.change('reduce-only', 'ann');
    expect(desk.change('normal', 'ann', 'p-2')).toBe('proposed');
    expect(desk.change('halt', 'cleo')).toBe('changed');
    expect(desk.approve('p-2', 'ben')).toBe('proposal-approved');
    expect(desk.mode).toBe('halt');
  });

  it.each<[string, (desk: Desk) => string, string]>([
    ['without a person', (desk) => desk.change('halt', null), 'actor-missing'],
    ['without a person who approves', (desk) => desk.approve('p-0', ' '), 'actor-missing'],
    ['to the mode it is in', (desk) => desk.change('normal', 'ann'), 'house-mode-unchanged'],
    ['to a mode that there is not', (desk) => desk.change('panic', 'ann'), 'house-mode-invalid'],
    ['approved that nobody proposed', (desk) => desk.approve('p-0', 'ben'), 'proposal-unknown'],
    [
      'under an id that was used',
      (desk) => (desk.change('halt', 'ann', 'p-1'), desk.change('normal', 'ann', 'p-1')),
      'proposal-exists',
    ],
    ['with a body that is none', (desk) => desk.ask('ChangeHouseMode', null, 'ann'), 'house-mode-invalid'],
    ['with odd characters', (desk) => desk.change('halt', 'ann', 'p\u0000'), 'house-mode-invalid'],
  ])('is not changed %s', (_, change, code) => {
    expect(change(new Desk())).toBe(code);
  });

  it('is the same after a rebuild', () => {
    const desk = new Desk();
    desk.machine.drain();
    desk.change('halt', 'ann');
    desk.change('normal', 'ann', 'p-2');
    // Opened alike, so its log begins with the same events.
    const again = openedMachine();
    for (const event of desk.machine.drain().events) again.recallOwn(event);
    expect(houseModeFigures(again.state)).toEqual(houseModeFigures(desk.machine.state));
  });
});
