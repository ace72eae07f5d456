import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Everything a clearing house tells its operators in figures. Names and meanings: docs/how-to/operate.md. */
export class ClearingMetrics {
  readonly registry = new Registry();
  readonly #looks: (() => void)[] = [];

  readonly events = new Counter({
    name: 'ballast_events_total',
    help: 'Events appended, by log and type',
    labelNames: ['log', 'type'],
    registers: [this.registry],
  });
  readonly append = new Histogram({
    name: 'ballast_append_seconds',
    help: 'From handing over an item to its commit, by log',
    labelNames: ['log'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1],
    registers: [this.registry],
  });
  readonly consumerLag = new Gauge({
    name: 'ballast_consumer_lag_seconds',
    help: 'Clearing time by which a partition is behind the newest clearing time known here',
    labelNames: ['log', 'partition'],
    registers: [this.registry],
  });
  readonly backlog = new Gauge({
    name: 'ballast_backlog_inputs',
    help: 'Inputs that are stored, or arrived, and are not applied',
    labelNames: ['log', 'partition'],
    registers: [this.registry],
  });
  readonly waiting = new Gauge({
    name: 'ballast_waiting_input_seconds',
    help: 'How long the first input of a source waits for what its basis names, the longest of a partition. Alarm above 10',
    labelNames: ['log', 'partition'],
    registers: [this.registry],
  });
  readonly conservationResidual = new Gauge({
    name: 'ballast_conservation_residual',
    help: 'Sum of all ledger accounts over all partitions; must be 0. Alarm on anything else',
    labelNames: ['asset'],
    registers: [this.registry],
  });
  readonly invariantViolations = new Gauge({
    name: 'ballast_invariant_violations',
    help: 'Invariants that do not hold now, by name; must be 0',
    labelNames: ['invariant'],
    registers: [this.registry],
  });
  readonly accounts = new Gauge({
    name: 'ballast_accounts',
    help: 'Accounts by margin state',
    labelNames: ['state'],
    registers: [this.registry],
  });
  readonly fund = new Gauge({
    name: 'ballast_insurance_fund_usd',
    help: 'Balance of the insurance fund',
    registers: [this.registry],
  });
  readonly shortfall = new Gauge({
    name: 'ballast_shortfall_usd',
    help: 'Losses that nobody paid',
    registers: [this.registry],
  });

  readonly clearing = new Gauge({
    name: 'ballast_clearing_time_seconds',
    help: 'Newest clearing time known here, seconds since 1970',
    registers: [this.registry],
  });

  constructor() {
    // A figure that nobody has set is absent, not zero: a process that keeps no fund has none of 0.
    for (const figure of [this.fund, this.shortfall, this.clearing]) figure.remove();
    collectDefaultMetrics({ register: this.registry });
  }

  /** In the process that takes the messages of an exchange; elsewhere the figure is absent. @param count asked at every scrape */
  countForkedProducers(count: () => number): void {
    new Gauge({
      name: 'ballast_forked_producers',
      help: 'Producers of which nothing is taken any more because they contradict themselves. Alarm on anything but 0',
      registers: [this.registry],
      collect() {
        this.set(count());
      },
    });
  }

  /** @param look sets figures of what changes all the time, just before they are read */
  beforeScrape(look: () => void): void {
    this.#looks.push(look);
  }

  /** Text for a Prometheus scrape. */
  text(): Promise<string> {
    for (const look of this.#looks) look();
    return this.registry.metrics();
  }
}
