import type { Instant } from '@ballast/kernel';
import type { Subscription } from '../bus.js';
import type { LockstepChannel } from './lockstep-channel.js';
import type { GateOpening, LockstepReport, PartitionEnd, PartitionReport } from './lockstep-messages.js';

export interface LockstepGateOptions {
  readonly channel: LockstepChannel;
  /** Name of this run; reports of another run are not counted. */
  readonly run: string;
  /** Every log partition that somebody has to report before a hop is over. */
  readonly partitions: readonly (readonly [log: string, partition: number])[];
  /** An opening that is not answered by everybody is sent again after this time; default 2 s. */
  readonly resendAfterMs?: number;
}

const RESEND_AFTER_MS = 2_000;
const keyOf = (log: string, partition: number): string => `${log}/${partition}`;

/** The driver's side of lockstep: opens one hop at a time and knows when it is over. */
export class LockstepGate {
  #subscription: Subscription | undefined;
  #waiting: { readonly opening: GateOpening; readonly arrived: (report: LockstepReport) => void } | undefined;

  private constructor(private readonly options: LockstepGateOptions) {}

  static async open(options: LockstepGateOptions): Promise<LockstepGate> {
    const gate = new LockstepGate(options);
    gate.#subscription = await options.channel.reports((report) => gate.#take(report));
    return gate;
  }

  /**
   * Opens a hop and waits until every partition has reported it applied.
   * @param ends of all log partitions after the hop before
   * @returns where every partition ends now, in the order of the options
   */
  async hop(
    step: Instant,
    hop: number,
    ends: readonly PartitionEnd[],
    { final = false }: { readonly final?: boolean } = {},
  ): Promise<readonly PartitionEnd[]> {
    const { channel, run, partitions, resendAfterMs = RESEND_AFTER_MS } = this.options;
    const opening: GateOpening = { run, step, hop, ends, final };
    const reported = new Map<string, PartitionReport>();
    const isOver = (): boolean => partitions.every(([log, partition]) => reported.has(keyOf(log, partition)));
    let resend: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting = {
          opening,
          arrived: (report) => {
            for (const each of report.partitions) {
              const key = keyOf(each.log, each.partition);
              const known = reported.get(key);
              if (each.applied && (known === undefined || known.epoch <= each.epoch)) reported.set(key, each);
            }
            if (isOver()) resolve();
          },
        };
        const announce = (): void => void channel.announce(opening).catch(reject);
        resend = setInterval(announce, resendAfterMs);
        if (isOver()) resolve();
        else announce();
      });
    } finally {
      clearInterval(resend);
      this.#waiting = undefined;
    }
    return partitions.map(([log, partition]) => [
      log,
      partition,
      (reported.get(keyOf(log, partition)) as PartitionReport).position,
    ]);
  }

  async close(): Promise<void> {
    await this.#subscription?.stop();
  }

  #take(report: LockstepReport): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const { run, step, hop } = waiting.opening;
    if (report.run === run && report.step === step && report.hop === hop) waiting.arrived(report);
  }
}
