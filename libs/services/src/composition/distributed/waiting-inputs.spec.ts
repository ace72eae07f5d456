import type { LogEntry } from '@ballast/event-sourcing';
import type { WaitingInput } from '@ballast/partition-worker';
import { WaitingInputs } from './waiting-inputs.js';

const LATE_MS = 10_000;
const FILLS = { log: 'exchange.fills', partition: 3 };
const TRANSFERS = { log: 'exchange.transfers', partition: 3 };

const behind = (
  source: { readonly log: string; readonly partition: number },
  position: number,
  ...lacks: WaitingInput['lacks']
): WaitingInput => ({ ...source, position, lacks });

describe('inputs that wait for what their basis names [CLR-LOG-048]', () => {
  let now: number;
  /** How far each log goes; one that is absent is away. */
  let ends: Map<string, number>;
  let waits: WaitingInputs;
  beforeEach(() => {
    now = 0;
    ends = new Map([
      ['liquidation', 7],
      ['exchange.fills', 9],
      ['exchange.transfers', 9],
    ]);
    const read = async (log: string, _partition: number, after: number): Promise<readonly LogEntry[]> => {
      const end = ends.get(log);
      if (end === undefined) throw new Error('the peer is away');
      return after < end ? [{} as LogEntry] : [];
    };
    waits = new WaitingInputs({ read }, () => now);
  });

  const accounts = (...waiting: readonly WaitingInput[]) => ({ log: 'accounts', partition: 3, waiting });
  const lookLate = async (...waiting: readonly WaitingInput[]): Promise<readonly string[]> => {
    expect(await waits.look([accounts(...waiting)])).toEqual([]);
    now += LATE_MS;
    return waits.look([accounts(...waiting)]);
  };
  const IN_VAIN =
    'accounts/3 does not go on: exchange.fills/3 position 5 has liquidation/3 position 8 in its basis, which that log does not have';

  it('are told once when the log that they name does not have it, and as long as that is so', async () => {
    const fill = behind(FILLS, 5, ['liquidation', 3, 8]);
    expect(await lookLate(fill)).toEqual([IN_VAIN]);
    expect(await waits.look([accounts(fill)])).toEqual([]);
    expect(waits.troubles).toEqual([IN_VAIN]);
    expect(IN_VAIN).toContain(waits.vain(accounts(), FILLS));
    expect(waits.vain(accounts(), TRANSFERS)).toBeUndefined();
    ends.set('liquidation', 8);
    await waits.look([accounts(fill)]);
    expect(waits.troubles).toEqual([]);
  });

  it.each([
    ['what stands in its log and is on its way', 7, LATE_MS],
    ['what is not there yet, for a short time', 8, LATE_MS - 1],
  ])('may wait for %s', async (_what, position, ms) => {
    const fill = behind(FILLS, 5, ['liquidation', 3, position]);
    await waits.look([accounts(fill)]);
    now += ms;
    expect(await waits.look([accounts(fill)])).toEqual([]);
    expect(waits.troubles).toEqual([]);
    expect(waits.longest(accounts())).toBe(ms);
    await waits.look([accounts()]);
    expect(waits.longest(accounts())).toBe(0);
  });

  it('are not judged by a log that cannot be asked', async () => {
    ends.delete('liquidation');
    expect(await lookLate(behind(FILLS, 5, ['liquidation', 3, 8]))).toEqual([]);
  });

  it('each wait from when they came first', async () => {
    await waits.look([accounts(behind(FILLS, 5, ['liquidation', 3, 8]))]);
    now += LATE_MS;
    expect(await waits.look([accounts(behind(FILLS, 6, ['liquidation', 3, 8]))])).toEqual([]);
  });

  it.each([
    ['itself', [behind(FILLS, 5, ['exchange.fills', 3, 5])]],
    ['what comes after it', [behind(FILLS, 5, ['exchange.fills', 3, 6])]],
    [
      'one that waits for it',
      [behind(FILLS, 5, ['exchange.transfers', 3, 4]), behind(TRANSFERS, 2, ['exchange.fills', 3, 5])],
    ],
  ])('are told when they stand behind %s, though it is all there', async (_what, waiting) => {
    const told = await lookLate(...waiting);
    expect(told[0]).toBe(
      'accounts/3 does not go on: exchange.fills/3 position 5 has itself in its basis, or what stands behind it',
    );
    expect(told).toHaveLength(waiting.length);
  });

  it('wait for others that wait, in a row', async () => {
    const row = [behind(FILLS, 5, ['exchange.transfers', 3, 4]), behind(TRANSFERS, 2, ['liquidation', 3, 7])];
    expect(await lookLate(...row)).toEqual([]);
  });
});
