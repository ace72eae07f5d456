import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Batch, Bus, BusIncident, CommandBatch, Halt, SourceCursor } from '../bus.js';
import { Arrivals, entriesOf, eventually } from '../bus.contract.js';
import type { BatchReceiver } from './batch-receiver.js';
import { KafkaBatchStrategy, type Transport } from './kafka-batch-strategy.js';

/** Works on partitions of margin and writes down what happens. */
@Injectable()
class Worker implements BatchReceiver {
  readonly calls: string[] = [];
  readonly commands: CommandBatch[] = [];
  readonly incidents: BusIncident[] = [];
  readonly state = () => ({ calls: this.calls, commands: this.commands, incidents: this.incidents });
  readonly arrivals = new Arrivals(this.state);
  hold: Promise<void> = Promise.resolve();

  async assigned(partition: number): Promise<readonly SourceCursor[]> {
    this.calls.push(`assigned ${partition}`);
    if (partition === -1) return [{ log: 'margin.commands', partition: -1, after: 0 }];
    return [{ log: 'accounts', partition, after: 2 }];
  }
  async receive(partition: number, batch: Batch): Promise<void> {
    this.calls.push(`begin ${partition}`);
    await this.hold;
    this.calls.push(`end ${partition}`);
    await this.arrivals.handle(batch);
  }
  async receiveCommands(_partition: number, batch: CommandBatch): Promise<void> {
    this.commands.push(batch);
    this.arrivals.look();
  }
  halted(_partition: number, halt: Halt): void {
    this.arrivals.onHalt(halt);
  }
  async revoked(partition: number): Promise<void> {
    this.calls.push(`revoked ${partition}`);
  }
}

/** Notes whole batches at the edge. */
@Controller()
class Notifications {
  readonly arrivals = new Arrivals();

  @EventPattern('accounts')
  async note(@Payload() batch: Batch): Promise<void> {
    await this.arrivals.handle(batch);
  }
}

@Module({ providers: [Worker], controllers: [Notifications] })
class TestModule {}

export interface BatchStrategySuite {
  /** Connects a worker of margin that owns the global partition and partition 1, at least. */
  connect(onIncident: (incident: BusIncident) => void): Promise<Transport>;
}

/** A Nest microservice over any transport keeps these promises. */
export function batchStrategyContract(suite: BatchStrategySuite): void {
  let close: () => Promise<void> = async () => undefined;
  // What a failed test leaves open would keep the process alive.
  afterEach(() => close());

  const boot = async () => {
    const strategy = new KafkaBatchStrategy({
      connect: (onIncident) => suite.connect(onIncident),
      follow: async () => [{ log: 'accounts', partition: 3, after: 0 }],
    });
    const app = await NestFactory.createMicroservice(TestModule, { strategy, logger: false });
    const worker = app.get(Worker);
    strategy.deliverTo(worker);
    strategy.on('incident', (incident) => worker.incidents.push(incident));
    close = () => app.close();
    await app.listen();
    const { bus } = strategy.unwrap<{ readonly bus: Bus }>();
    return { app, worker, strategy, bus, notifications: app.get(Notifications) };
  };

  it('hands batches of an owned partition to its provider, and commands to the owner of theirs', async () => {
    const { worker, bus } = await boot();
    const entries = entriesOf('accounts', 1, 6);
    await bus.publish(entries);
    await worker.arrivals.upTo(6, 1);
    expect(worker.arrivals.positions(1)).toEqual([3, 4, 5, 6]);
    const command = {
      log: 'margin.commands',
      partition: -1,
      commandId: 'c-1',
      type: 'ApproveDocument',
      bodyText: '{"proposalId":"p-1"}',
      actor: 'ops',
    };
    await bus.send(command);
    await worker.arrivals.until(() => worker.commands.length > 0, 'a command');
    expect(worker.commands).toEqual([
      {
        log: 'margin.commands',
        partition: -1,
        commands: [command],
        parked: [],
        nextOffset: expect.any(String) as unknown,
      },
    ]);
  });

  it('brings whole batches to an event handler of Nest', async () => {
    const { notifications, bus } = await boot();
    const entries = entriesOf('accounts', 3, 4);
    await bus.publish(entries);
    await notifications.arrivals.upTo(4, 3);
    expect(notifications.arrivals.entries(3)).toEqual(entries);
  });

  it('finishes the batch in hand before it gives the partition up and closes', async () => {
    const { app, worker, bus } = await boot();
    let release: () => void = () => undefined;
    worker.hold = new Promise((resolve) => (release = resolve));
    await bus.publish(entriesOf('accounts', 1, 3));
    await eventually('the first batch of partition 1', () => worker.calls.includes('begin 1'), worker.state);
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(worker.calls).not.toContain('revoked 1');
    release();
    await closed;
    const ofOne = worker.calls.filter((call) => call.endsWith(' 1'));
    expect(ofOne).toEqual(['assigned 1', 'begin 1', 'end 1', 'revoked 1']);
    expect(worker.calls).toContain('revoked -1');
  });

  it('gives a fenced partition up and takes it again', async () => {
    const { worker, strategy } = await boot();
    const { ownership } = strategy.unwrap<Transport>();
    await eventually('partition 1 to be held', () => ownership.held.includes(1), worker.state);
    strategy.fenced(1);
    const assigned = (): number => worker.calls.filter((call) => call === 'assigned 1').length;
    await eventually('partition 1 to be taken again', () => assigned() === 2, worker.state);
    expect(worker.calls.filter((call) => call.endsWith(' 1'))).toEqual(['assigned 1', 'revoked 1', 'assigned 1']);
  });
}
