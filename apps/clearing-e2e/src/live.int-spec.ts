import { replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import { GLOBAL, type BasisStep, type CommandResult, type HouseDocument } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import type { MarginParameters } from '@ballast/facts/testing';
import { readHouseDocuments } from '@ballast/house-documents';
import { partitionOfAccount } from '@ballast/kernel';
import { SERVICES } from '@ballast/services';
import { openRun, type ClearingRun } from './clearing-run.js';
import { drawsOf, seedFrom } from './draws.js';
import { runLive } from './live-run.js';
import { entriesOf } from './rewrite-history.js';

/** Half an hour with many close-outs at a time, and a fund so small that positions are deleveraged. */
const WINDOW = {
  ...{ from: '2020-03-12T10:00:00Z', to: '2020-03-12T10:42:00Z' },
  ...{ accounts: 1_000, fundShare: '0.001', partitions: 4 },
};

/** The bundled parameters, and stricter ones that are approved in the middle of the fall. */
const PRESENT = readHouseDocuments().margin.find(({ kind }) => kind === 'margin-parameters') as HouseDocument;
const STRICTER = { kind: PRESENT.kind, id: 'avsl-stricter@1', body: stricter(PRESENT.body as MarginParameters) };

function stricter(parameters: MarginParameters): MarginParameters {
  const underlyings = Object.entries(parameters.underlyings).map(([name, figures]) => [name, { ...figures, z: '2.6' }]);
  return { ...parameters, underlyings: Object.fromEntries(underlyings) as MarginParameters['underlyings'] };
}

describe('a log written live, with interleaved inputs', () => {
  const seed = seedFrom('LIVE_SEED');
  const store = new MemoryLogStore();
  let run: ClearingRun;
  let answers: CommandResult[];

  beforeAll(async () => {
    const asked: Promise<CommandResult>[] = [];
    const command = (
      log: ServiceLog,
      partition: number,
      id: string,
      type: string,
      actor: string,
      body: object,
    ): void => {
      const answer = run.house.execute(log, partition, { id, type, body, actor });
      // Told by the test, not by the process as an unhandled rejection.
      answer.catch(() => undefined);
      asked.push(answer);
    };
    const submit = (step: number): void => {
      const accountId = `live${step % 7}.main`;
      const partition = partitionOfAccount(accountId, WINDOW.partitions);
      const ofAccount = (id: string, type: string, body: object): void =>
        command('accounts', partition, id, type, 'pers:42', { accountId, ...body });
      if (step < 7) return ofAccount(`open-${step}`, 'OpenAccount', {});
      const money = { asset: 'USD', amount: `${step}.50` };
      ofAccount(`deposit-${step}`, 'Deposit', { depositId: `deposit-${step}`, ...money });
      ofAccount(`withdrawal-${step}`, 'RequestWithdrawal', { withdrawalId: `w-${step}`, ...money });
      const change = { proposalId: 'stricter', reason: 'the market has become thinner', ...STRICTER };
      if (step === 10) command('margin', GLOBAL, 'propose-1', 'ProposeDocument', 'pers:42', change);
      const { proposalId } = change;
      if (step === 20) command('margin', GLOBAL, 'approve-1', 'ApproveDocument', 'pers:43', { proposalId });
    };
    const draw = drawsOf(seed);
    // Left in the middle and opened again: a new start goes on where the logs end.
    for (const part of [0, 1]) {
      run = await openRun(store, WINDOW);
      const half = Math.ceil(run.steps.length / 2);
      const first = part * half;
      const steps = run.steps.slice(first, first + half);
      await runLive({ ...run, steps }, { draw, onStep: (step) => submit(first + step) });
    }
    answers = await Promise.all(asked);
  }, 120_000);

  it(`was really live: somewhere an input was applied after one of a later step (LIVE_SEED=${seed})`, async () => {
    const { logs, partitions } = run.house;
    const clearingOf = new Map<string, number>();
    const bases: (readonly BasisStep[])[] = [];
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      for (const { partition } of await logs.log(name).heads()) {
        for (const entry of await entriesOf(logs.log(name), partition)) {
          clearingOf.set(`${name}/${partition}/${entry.position}`, entry.time.clearing);
          bases.push(entry.basis);
        }
      }
    }
    const times = bases.map((basis) => basis.flatMap((step) => clearingOf.get(step.join('/')) ?? []));
    const disordered = times.filter((steps) => steps.some((time, index) => time < (steps[index - 1] ?? 0)));
    expect(disordered.length).toBeGreaterThan(partitions);
  });

  it(`did all kinds of work meanwhile (LIVE_SEED=${seed})`, async () => {
    const types = new Set<string>();
    for (const name of SERVICE_LOGS) {
      for (const { partition } of await run.house.logs.log(name).heads()) {
        for (const { type } of await entriesOf(run.house.logs.log(name), partition)) types.add(type);
      }
    }
    // Whether anybody is deleveraged depends on the order of the inputs; liquidation's random crashes see to that.
    const expected = [
      'WithdrawalSettled',
      'MarginCallIssued',
      'LiquidationClosed',
      'FundDrawGranted',
      'DocumentApproved',
    ];
    expect([...types]).toEqual(expect.arrayContaining(expected));
    const schedules = (await entriesOf(run.house.logs.log('margin'), GLOBAL)).filter(
      ({ type }) => type === 'ScheduleInForce',
    );
    expect(new Set(schedules.map(({ payload }) => (payload as { parameters: string }).parameters))).toEqual(
      new Set([PRESENT.id, STRICTER.id]),
    );
    expect(new Set(answers.map(({ outcome }) => outcome))).toContain('accepted');
  });

  it(`keeps nothing in suspense: what was ahead of the opening of its account is booked there (LIVE_SEED=${seed})`, async () => {
    const open = new Set<unknown>();
    for (const { partition } of await run.house.logs.log('accounts').heads()) {
      for (const { type, position, payload } of await entriesOf(run.house.logs.log('accounts'), partition)) {
        if (type === 'SuspenseBooked') open.add(`${partition}#${position}`);
        if (type === 'SuspenseReleased') open.delete(`${partition}#${(payload as { suspense: number }).suspense}`);
      }
    }
    expect([...open]).toEqual([]);
  });

  it(`comes out the same when everything is decided again (LIVE_SEED=${seed})`, async () => {
    const report = await replay(run.house.logs, SERVICES, () => performance.now());
    expect(report.divergence).toBeUndefined();
    expect(report.decisions).toBeGreaterThan(report.marginRuns);
  }, 120_000);

  it(`breaks no invariant (LIVE_SEED=${seed})`, async () => {
    expect((await verify(run.house.logs)).faults).toEqual([]);
  }, 120_000);

  it(`is continued by a new start in the same state (LIVE_SEED=${seed})`, async () => {
    const digests = await run.house.digests();
    const again = await openRun(store, WINDOW);
    await runLive({ ...again, steps: [] }, { draw: drawsOf(seed) });
    for (const worker of again.house.workers) {
      const before = run.house.workerOf(worker.log as ServiceLog, worker.partition);
      expect({ worker: worker.log, state: kept(worker.state) }).toEqual({
        worker: before.log,
        state: kept(before.state),
      });
    }
    expect(await again.house.digests()).toEqual(digests);
  }, 60_000);
});

/**
 * A state without what margin makes of the rest of it when it is first asked for, and without the last input that could lead to an own
 * event: of inputs behind the last own event nothing says in which order they were read, and they are read again in another.
 */
const kept = (state: unknown): object => {
  const { outlook, ...rest } = state as { readonly outlook?: object };
  return { ...rest, ...(outlook && { outlook: { ...outlook, due: null } }), due: null, assessor: null, grid: null };
};
