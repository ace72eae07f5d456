import { isoOf } from '@ballast/kernel';
import { ClearingMetrics, createLogger } from '@ballast/observability';
import {
  SCENARIO_TIME,
  serveHouse,
  SilenceWatch,
  watchPriceSets,
  type MarketWatch,
  type ServeMode,
} from '@ballast/gateway';
import { GLOBAL } from '@ballast/event-sourcing';
import {
  HouseOwners,
  measuredCommitter,
  questions,
  silenceOf,
  type ClearingHouse,
  type ExchangeIntake,
} from '@ballast/services';
import { openHouse, type OpenedHouse } from '../composition/open-house.js';
import { openSimulatedExchange, openSimulation } from '../composition/open-simulation.js';
import { progressLine } from '../composition/progress-line.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { intakeDriver, liveDriver, replayDriver, type Driver } from '../composition/serve-drivers.js';
import { portProblem } from '../composition/free-port.js';
import { tokenOf } from '../composition/access-options.js';
import { addressOf, type ServeCliOptions } from '../composition/serve-options.js';
import { summaryOf, summaryTable } from '../composition/summary.js';

/** A process whose partition has failed ends within this time, whatever it still waits for. */
const ENDS_WITHIN_MS = 10_000;

export async function serve(options: ServeCliOptions): Promise<void> {
  const { host, port } = options;
  const token = tokenOf(process.env);
  const metrics = new ClearingMetrics();
  const logger = createLogger(options.logLevel);
  const progress = new ProgressPrinter(process.stderr);
  const stop = new AbortController();
  stopOnSignals(stop, progress);
  const { opened, driver, mode, market, intake } = await openServed(options, metrics, progress);
  try {
    const served = await serveHouse({ opened, metrics, logger, token, mode, market, intake });
    try {
      await served.app.listen(port, host).catch((error: unknown) => {
        throw portProblem(error, port, host);
      });
      const { port: listening } = served.app.getHttpServer().address() as { port: number };
      const at = addressOf(host, listening);
      process.stdout.write(
        `The console: ${at}/console/\nBallast serves ${at}\n  interface  ${at}/docs\n  data       ${opened.place}\n  stop       Ctrl-C\n`,
      );
      stop.signal.addEventListener('abort', () => served.closing.begin(), { once: true });
      if (stop.signal.aborted) served.closing.begin();
      await driver(stop.signal).catch((error: unknown) => {
        served.fail('a partition has stopped');
        progress.line('a partition has stopped; ending');
        // What still waits for it must not keep the process: whoever supervises starts it again.
        setTimeout(() => process.exit(1), ENDS_WITHIN_MS).unref();
        throw error;
      });
      progress.end();
    } finally {
      await served.close();
    }
  } finally {
    await opened.close();
  }
}

interface Served {
  readonly opened: OpenedHouse;
  readonly driver: Driver;
  readonly mode: () => ServeMode;
  readonly market: MarketWatch;
  /** Takes the messages of an exchange outside. */
  readonly intake?: ExchangeIntake;
}

/** Opens what the options ask for: a replay, a free exchange, one outside, or the clearing house alone. */
async function openServed(
  options: ServeCliOptions,
  metrics: ClearingMetrics,
  progress: ProgressPrinter,
): Promise<Served> {
  const notice = (line: string): void => progress.line(line);
  const onRebuild = (line: string): void => progress.update(() => line);
  const parts = { committerOf: measuredCommitter(metrics), onRebuild };
  if (options.simulate === undefined) {
    const opened = await openHouse(options, notice, parts);
    if (options.exchange === 'none') {
      const intake = await opened.house.openIntake().catch(async (error: unknown) => {
        await opened.close();
        throw error;
      });
      const market = watchPriceSets(() => opened.picture());
      return { opened, driver: intakeDriver(opened.house, intake), mode: () => 'live', market, intake };
    }
    const market = await watchSilence(opened.house);
    return { opened, driver: liveDriver(opened.house, undefined), mode: () => 'idle', market };
  }
  const run = { ...options, scenario: options.simulate };
  if (options.live === true) {
    const opened = await openSimulatedExchange(run, notice, parts);
    const { house, simulator, steps } = opened;
    const onStep = (): void => progress.update((columns) => progressLine(opened.picture(), columns));
    return {
      opened,
      driver: liveDriver(house, { simulator, steps, speed: options.speed, onStep }),
      mode: () => 'live',
      market: watchPriceSets(() => opened.picture()),
    };
  }
  const started = performance.now();
  const session = await openSimulation(run, notice, parts);
  const { house, simulation, steps } = session;
  if (simulation.stepsDone > 0) progress.line(`continuing at ${isoOf(steps[simulation.stepsDone] ?? 0)}`);
  const driver = replayDriver(house, simulation, {
    onStep: () => progress.update((columns) => progressLine(session.picture(), columns)),
    async onDone() {
      progress.end();
      const now = session.picture();
      const summary = summaryOf(now, await house.digests(), performance.now() - started);
      process.stdout.write(
        `${summaryTable(now, summary)}\nThe replay is finished; the interface goes on. Ctrl-C stops it.\n`,
      );
    },
  });
  return { opened: session, driver, mode: () => (simulation.done ? 'idle' : 'replay'), market: SCENARIO_TIME };
}

/** Nobody quotes to a house alone; how old its prices are, the store tells. */
async function watchSilence(house: ClearingHouse): Promise<MarketWatch> {
  const owners = new HouseOwners(house);
  const watch = new SilenceWatch({
    silentForMs: await silenceOf(house.logs.log('exchange.quotes')),
    lifetimeMs: async () => (await owners.tell(questions.pricing.quoteLifetimeMs, GLOBAL)).answer,
  });
  house.onAppended((entries) => {
    if (entries.some(({ log, type }) => log === 'exchange.quotes' && type !== 'ClockTicked')) watch.heard();
  });
  return watch;
}

/** The first signal ends in good order; the second ends at once. */
function stopOnSignals(stop: AbortController, progress: ProgressPrinter): void {
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130);
    progress.line('stopping; the same command goes on from here');
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
}
