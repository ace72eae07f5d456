// Opens an account with some money, asks for a withdrawal, and waits for its outcome:
//   node libs/exchange-client/examples/first-steps.mjs http://127.0.0.1:8787
import { BallastClient, LogReader, Producer, Refused } from '@ballast/exchange-client';

const ballast = new BallastClient({ url: process.argv[2] ?? 'http://127.0.0.1:8787' });
const { partitions, producers } = await ballast.get('/exchange/producers');
const engine = new Producer(ballast, 'first-steps', 'one');
engine.goOnAt(producers.find(({ producer }) => producer === engine.name)?.next ?? 1);
const bookings = new LogReader(ballast, 'accounts', partitions);

const at = Date.now();
const withdrawalId = `w-${at}`;
const money = { accountId: 'erin.main', asset: 'USD', amount: '100.00' };
engine.say('AccountOpeningRequested', at, { accountId: money.accountId });
engine.say('DepositReceived', at, { depositId: `d-${at}`, ...money });
engine.say('WithdrawalRequested', at, { withdrawalId, ...money });
try {
  await engine.flush();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(`somebody has to look: ${error.message}`);
  process.exit(1);
}
for (let outcome; outcome === undefined;) {
  const events = await bookings.read();
  outcome = events.find(
    ({ type, payload }) => payload.withdrawalId === withdrawalId && /Settled|Released|Rejected/.test(type),
  );
  if (outcome !== undefined) console.log(`${withdrawalId}: ${outcome.type} ${outcome.payload.code ?? ''}`);
}
