import {
  accountsInvariants,
  accountsProcess,
  deferralTally,
  fundProcess,
  lossTally,
  transferTally,
  type AccountsState,
  type AccountsViolation,
} from '@ballast/accounts-domain';
import type { EntryReader, LogDirectory } from '@ballast/event-log';
import { GLOBAL, PartitionMachine, type LogEntry, type PartitionProcess } from '@ballast/event-sourcing';
import { ForwardReader } from '@ballast/partition-worker';
import type { Fault } from './fault.js';

const PAGE = 1_000;

/** The whole-partition checks cost time in proportion to the accounts, so they run at every change of clearing time. */
type Check<State> = (state: State, event: LogEntry, lastOfClearingTime: boolean) => readonly AccountsViolation[];

/**
 * Money and positions: folds every partition of accounts and judges each entry as it is taken, each partition at the
 * end of every clearing time, and all of them together where the log ends.
 */
export async function verifyConservation(
  logs: LogDirectory,
  reader: EntryReader,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  const partitions: AccountsState[] = [];
  for (let partition = 0; partition < logs.partitions; partition++) {
    const losses = lossTally();
    const transfers = transferTally();
    const deferrals = deferralTally();
    const { state, fault } = await fold(accountsProcess, logs, partition, reader, onProgress, (folded, event, last) => {
      if (!last) losses.take(event);
      const whole = (): readonly AccountsViolation[] => [
        ...accountsInvariants.ofPartition(folded),
        ...accountsInvariants.ofExpiries(folded),
        ...losses.violations(folded),
        ...transfers.violations(),
        ...deferrals.violations(event.time.clearing),
      ];
      return [
        ...accountsInvariants.ofEvent(event),
        ...accountsInvariants.ofWithdrawal(folded, event),
        ...(last ? [] : transfers.take(event)),
        ...(last ? [] : deferrals.take(folded, event)),
        ...(last ? whole() : []),
      ];
    });
    if (fault !== undefined) return fault;
    // What can still be taken back weighs most of a partition, and nobody asks for it any more.
    state.trades.clear();
    partitions.push(state);
  }
  const fund = await fold(fundProcess, logs, GLOBAL, reader, onProgress, (folded, event) => [
    ...accountsInvariants.ofEvent(event),
    ...accountsInvariants.ofFund(folded),
    ...accountsInvariants.ofTold(folded, event),
  ]);
  if (fund.fault !== undefined) return fund.fault;
  const [violation] = accountsInvariants.ofAll(partitions, fund.state);
  return (
    violation && { log: 'accounts', partition: GLOBAL, position: null, what: `${violation.name}: ${violation.detail}` }
  );
}

async function fold<State>(
  process: PartitionProcess<State>,
  logs: LogDirectory,
  partition: number,
  reader: EntryReader,
  onProgress: (events: number) => void,
  check: Check<State>,
): Promise<{ state: State; fault: Fault | undefined }> {
  const log = logs.log('accounts');
  const machine = new PartitionMachine(process, partition, logs.partitions);
  const forward = new ForwardReader(reader);
  let held: LogEntry | undefined;
  const judge = (event: LogEntry, last: boolean): Fault | undefined => {
    const [violation] = check(machine.state, event, last);
    return (
      violation && {
        log: 'accounts',
        partition,
        position: event.position,
        what: `${violation.name}: ${violation.detail}`,
      }
    );
  };
  for (;;) {
    const page = await log.read(partition, machine.size, PAGE);
    if (page.length === 0) break;
    for (const event of page) {
      // The partition is judged as a whole before the first event of a later clearing time is taken.
      if (held !== undefined && held.time.clearing < event.time.clearing) {
        const fault = judge(held, true);
        if (fault !== undefined) return { state: machine.state, fault };
      }
      for (const [source, sourcePartition, upTo] of event.basis) {
        const applied = machine.cursor(source, sourcePartition);
        for await (const entry of forward.between(source, sourcePartition, applied, upTo)) machine.recall(entry);
      }
      machine.recallOwn(event);
      const fault = judge(event, false);
      if (fault !== undefined) return { state: machine.state, fault };
      held = event;
    }
    // Nothing is decided here, so nothing is asked for.
    machine.outcomes?.forget(machine.size, 0);
    onProgress(page.length);
  }
  return { state: machine.state, fault: held === undefined ? undefined : judge(held, true) };
}
