import { VIEWS, readPartition, type LogDirectory, type SnapshotStore } from '@ballast/event-log';
import { EMPTY_HEAD, StateCodec, type SealedEvent } from '@ballast/event-sourcing';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { packedText, snapshotText } from '@ballast/partition-worker';
import {
  ClearingPictureProjection,
  LiquidationCasesProjection,
  type KeptPicture,
  type KeptCases,
} from '@ballast/read-models';

/** Raised when a view keeps other things than before. */
const FORMAT = `${VIEWS.form}@4`;
const PLACE = { log: VIEWS.log, partition: VIEWS.partition } as const;
/** Events since the last time; reading them again takes about a second. */
const EVERY_EVENTS = 20_000;
const KEPT = 2;

/** How far a partition was counted in, and its chain there. */
interface CountedUpTo {
  readonly log: ServiceLog;
  readonly partition: number;
  readonly position: number;
  readonly chain: string;
}

interface Content {
  readonly ends: ReadonlyMap<string, CountedUpTo>;
  readonly picture: KeptPicture;
  readonly cases: KeptCases;
}

export interface ViewsOptions {
  readonly logs: LogDirectory;
  /** Where they are written down; undefined: nowhere, and they are made of everything that the logs hold. */
  readonly store: SnapshotStore | undefined;
  readonly program: { readonly release: string; readonly build: string };
  readonly notice: (line: string) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * What this process shows of everything that happened: the picture and the liquidations, each one fold over all logs of the services.
 * They are written down behind the logs as partitions are, so that a start reads what came since.
 */
export class HouseViews {
  readonly picture: ClearingPictureProjection;
  readonly cases: LiquidationCasesProjection;
  readonly #ends: Map<string, CountedUpTo>;
  #since = 0;
  #writing: Promise<void> | undefined;

  private constructor(
    private readonly options: ViewsOptions,
    content?: Content,
  ) {
    this.picture = new ClearingPictureProjection(content?.picture);
    this.cases = new LiquidationCasesProjection(content?.cases);
    this.#ends = new Map(content?.ends ?? []);
  }

  static async open(options: ViewsOptions): Promise<HouseViews> {
    const views = new HouseViews(options, await keptContent(options));
    await views.#readOn();
    return views;
  }

  apply(entries: readonly SealedEvent[]): void {
    for (const entry of entries) this.#apply(entry);
    if (this.#since >= EVERY_EVENTS) this.#write();
  }

  /** Nothing is appended any more: the next start has nothing to read. */
  async rest(): Promise<void> {
    await this.#writing;
    if (this.#since > 0) this.#write();
    await this.#writing;
  }

  #apply(entry: SealedEvent): void {
    const { log, partition, position, chain } = entry;
    // Of a log that others write, entries may be read back and be told of, too.
    const isCounted = position <= (this.#ends.get(`${log}/${partition}`)?.position ?? 0);
    if (log.startsWith('exchange.') || isCounted) return;
    this.picture.apply(entry);
    this.cases.apply(entry);
    this.#ends.set(`${log}/${partition}`, {
      log: log as ServiceLog,
      partition,
      position,
      chain: chain.toString('hex'),
    });
    this.#since += 1;
  }

  async #readOn(): Promise<void> {
    const { logs, onProgress } = this.options;
    const open = (
      await Promise.all(SERVICE_LOGS.map(async (log) => ({ log, heads: await logs.log(log).heads() })))
    ).flatMap(({ log, heads }) =>
      heads.map(({ partition, size }) => ({
        log,
        partition,
        size,
        after: this.#ends.get(`${log}/${partition}`)?.position ?? 0,
      })),
    );
    const total = open.reduce((sum, { size, after }) => sum + size - after, 0);
    let done = 0;
    for (const { log, partition, after } of open) {
      for await (const entry of readPartition(logs.log(log), partition, after)) {
        this.#apply(entry);
        done += 1;
        if (done % 1_000 === 0) onProgress(done, total);
      }
    }
  }

  #write(): void {
    const { store, program, notice } = this.options;
    if (store === undefined || this.#writing !== undefined) return;
    const content: Content = { ends: new Map(this.#ends), picture: this.picture.kept, cases: this.cases.kept };
    const text = new StateCodec().encode(content);
    const position = [...this.#ends.values()].reduce((sum, end) => sum + end.position, 0);
    this.#since = 0;
    this.#writing = packedText(text)
      .then((packed) =>
        store.save(
          { ...PLACE, position, head: EMPTY_HEAD, resting: false, format: FORMAT, ...program, ...packed },
          KEPT,
        ),
      )
      .catch((error: unknown) => notice(`the views could not be written down: ${(error as Error).message}`))
      .finally(() => (this.#writing = undefined));
  }
}

/** The newest that is whole and of these logs; undefined without one. */
async function keptContent({ store, logs, notice }: ViewsOptions): Promise<Content | undefined> {
  if (store === undefined) return undefined;
  for (const { format, position } of await store.marks(PLACE.log, PLACE.partition)) {
    try {
      const stored = format === FORMAT ? await store.read(PLACE.log, PLACE.partition, position) : undefined;
      if (stored === undefined) continue;
      const content = new StateCodec().decodeSnapshot(await snapshotText(stored)) as Content;
      for (const end of content.ends.values()) {
        const [event] = await logs.log(end.log).read(end.partition, end.position - 1, 1);
        if (event?.chain.toString('hex') !== end.chain)
          throw new Error(`${end.log}/${end.partition} goes on otherwise`);
      }
      return content;
    } catch (error) {
      notice(`the views of ${position} events are passed over: ${(error as Error).message}`);
    }
  }
  return undefined;
}
