import { BallastProcess } from './ballast-process.js';

/** Holds what an exchange says of the hour of the crash, whatever language it speaks, against what must have become of it. */
export function expectCleared(report: object): void {
  expect(report).toMatchObject({
    reservations: { held: 22, refused: 1, released: 1 },
    cancelledOnRequest: ['o-3'],
    openOrders: [],
    withdrawals: { 'w-1': 'paid', 'w-2': 'refused: below-initial-requirement' },
    closedOut: ['BTC-27MAR20-6500-P', 'BTC-PERP'],
    surfaces: [{ status: 'LIVE', options: 10, astray: [] }],
    differences: [],
  });
  expect((report as { readonly closeOutOrders: number }).closeOutOrders).toBeGreaterThan(0);
}

/** Verify, replay and explain have nothing to say against what an exchange of its own has left. */
export async function expectSound(database: readonly string[]): Promise<void> {
  const verified = await new BallastProcess(['verify', '--snapshots', ...database, '--json']).finished();
  const report = JSON.parse(verified.stdout) as Record<string, unknown>;
  expect(report).toMatchObject({ ok: true, faults: [], leftOut: [] });
  expect(report['exchangeEvents']).toBeGreaterThan(300);
  expect(report['snapshots']).toBeGreaterThan(0);
  const replayed = await new BallastProcess(['replay', ...database]).finished();
  expect({ code: replayed.code, said: replayed.stdout }).toMatchObject({
    code: 0,
    said: expect.stringContaining('all identical') as unknown,
  });
  const explained = await new BallastProcess(['explain', 'bold.main', ...database]).finished();
  expect({ code: explained.code, said: explained.stdout }).toMatchObject({
    code: 0,
    said: expect.stringContaining('CloseOutOrderPlaced') as unknown,
  });
}
