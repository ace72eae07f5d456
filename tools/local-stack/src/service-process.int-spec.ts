import { ServiceProcess } from './service-process.js';

const server = (then: string): [string, ...string[]] => [
  process.execPath,
  '-e',
  `const server = require('node:http').createServer((_, answer) => {
     answer.statusCode = Date.now() - begun < 200 ? 503 : 200; answer.end();
   });
   const begun = Date.now();
   server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
   ${then}`,
];

describe('a process of the local stack', () => {
  let lines: string[];
  let ends: string[];
  let running: ServiceProcess[];
  const start = (command: [string, ...string[]], readyUrl = 'http://127.0.0.1:1/'): ServiceProcess => {
    const started = new ServiceProcess({
      name: 'pricing',
      command,
      cwd: process.cwd(),
      environment: { COLOUR: 'blue' },
      readyUrl,
      write: (line) => lines.push(line),
      onUnexpectedEnd: (sentence) => ends.push(sentence),
    });
    running.push(started);
    return started;
  };
  const until = async (true_: () => boolean): Promise<void> => {
    while (!true_()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  beforeEach(() => {
    lines = [];
    ends = [];
    running = [];
  });
  afterEach(() => running.forEach((each) => each.kill()));

  it('passes its lines on with its name, whatever pieces they come in', async () => {
    start([process.execPath, '-e', `process.stdout.write('a'); setTimeout(() => console.log(process.env.COLOUR), 50)`]);
    await until(() => ends.length > 0);
    expect(lines).toEqual(['[pricing] ablue']);
    expect(ends).toEqual(['pricing ended with code 0']);
  });

  it('is ready only when it says so', async () => {
    const finder = start(server(''));
    await until(() => lines.length > 0);
    const port = Number(/port (\d+)/.exec(lines[0] ?? '')?.[1]);
    await finder.stop();
    const begun = Date.now();
    const again = start(
      server('').map((part) => part.replace('listen(0,', `listen(${port},`)) as [string, ...string[]],
      `http://127.0.0.1:${port}/`,
    );
    await again.ready(20_000);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(200);
    await again.stop();
    expect(ends).toEqual([]);
  });

  it('is not waited for when it has ended', async () => {
    const broken = start([process.execPath, '-e', 'process.exit(3)']);
    await expect(broken.ready(20_000)).rejects.toThrow('pricing ended with code 3');
    expect(ends).toEqual(['pricing ended with code 3']);
  });

  it('is not waited for without end', async () => {
    const mute = start([process.execPath, '-e', 'setInterval(() => undefined, 1000)']);
    await expect(mute.ready(150)).rejects.toThrow('pricing is not ready within 150 ms');
    await mute.stop();
  });

  it('says why it could not even begin', async () => {
    start(['/there/is/no/such/program']);
    await until(() => ends.length > 0);
    expect(ends[0]).toContain('pricing ended before it began');
  });
});
