import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  describeRest,
  expectProblem,
  generatePythonClient,
  printed,
  throughGeneratedClient,
  throughPythonClient,
  readEvents,
  type GeneratedClient,
} from '@ballast/gateway/testing';
import { openTestHouse } from './served-house.fixtures.js';

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');
const STORIES = path.join(REPOSITORY, 'tools/generated-clients');
const GENERATOR = path.join(REPOSITORY, '.data/generated-clients/bin');

let generated: GeneratedClient;

// All of it through the functions that were generated for TypeScript, as over Kafka.
describeRest({
  open: async () => {
    const through = await throughGeneratedClient(await openTestHouse(), path.join(STORIES, 'stories.ts'));
    ({ generated } = through);
    return through.house;
  },
  appends: true,
  more: (house) => {
    it('tells its central stories to a client that is generated for TypeScript and compiled strictly', async () => {
      expect(await generated.stories.tell(house().url, 'typescript.main')).toEqual({
        equity: '1000',
        withdrawal: 'settled',
        decisions: [expect.stringMatching(/^WithdrawalCleared 2020-03-11T00:05:00\.000Z$/)],
        refusal: 'request-malformed',
        streamed: 'DocumentsEstablished',
      });
    });
  },
});

it('was asked through most of the generated functions', () => {
  expect(generated.asked.size).toBeGreaterThan(60);
});

const hasPython = existsSync(path.join(GENERATOR, 'openapi-python-client'));
if (!hasPython) {
  process.stderr.write(
    '*** no client is generated for Python: run tools/generated-clients/install.sh, which needs Python\n',
  );
}

const whereItIs = hasPython ? describe : describe.skip;

whereItIs('asked through the functions that were generated for Python', () => {
  let asked: ReadonlySet<string>;
  describeRest({
    open: async () => {
      const tools = { bin: GENERATOR, program: path.join(STORIES, 'ask.py') };
      const through = await throughPythonClient(await openTestHouse(), tools);
      ({ asked } = through);
      return through.house;
    },
    appends: true,
  });

  it('says most of it', () => {
    expect(asked.size).toBeGreaterThan(60);
  });
});

describe('a house with a token', () => {
  (hasPython ? it : it.skip)(
    'tells its central stories to a client that is generated for Python',
    async () => {
      const token = 'a-secret-of-16-characters';
      const house = await openTestHouse({ token });
      const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-python-'));
      try {
        await generatePythonClient(GENERATOR, house, directory);
        await fs.copyFile(path.join(STORIES, 'stories.py'), path.join(directory, 'stories.py'));
        expect(JSON.parse(await printed(GENERATOR, 'python', ['stories.py', house.url, token], directory))).toEqual({
          equity: '1000',
          withdrawal: 'settled',
          decisions: ['WithdrawalCleared 2020-03-11T00:05:00+00:00'],
          listed: true,
          refusal: 'request-malformed',
        });
      } finally {
        await house.close();
        await fs.rm(directory, { recursive: true, force: true });
      }
    },
    120_000,
  );

  it('asks for it everywhere but at the health checks', async () => {
    const guarded = await openTestHouse({
      token: 'a-secret-of-16-characters',
      to: '2020-03-11T00:00:00Z',
      accounts: 10,
    });
    try {
      expect((await guarded.get('/summary')).status).toBe(200);
      for (const authorization of ['', 'Bearer wrong', 'a-secret-of-16-characters']) {
        expectProblem(await guarded.get('/summary', { authorization }), 401, 'not-authenticated');
        expectProblem(await guarded.get('/docs', { authorization }), 401, 'not-authenticated');
        expectProblem(
          await guarded.post('/accounts', { accountId: 'x.main' }, undefined, { authorization }),
          401,
          'not-authenticated',
        );
        expect((await guarded.get('/health/live', { authorization })).status).toBe(200);
      }
    } finally {
      await guarded.close();
    }
  }, 60_000);
});

describe('a house that closes', () => {
  it('is not ready any more, takes no writes, and ends its streams', async () => {
    const closing = await openTestHouse({ to: '2020-03-11T00:00:00Z', accounts: 10 });
    const stream = readEvents(`${closing.url}/margin-events`, Infinity);
    await closing.get('/summary');
    closing.beginClosing();
    expect((await closing.get('/health/ready')).status).toBe(503);
    expectProblem(await closing.post('/accounts', { accountId: 'late.main' }), 503, 'not-ready');
    expect((await closing.get('/accounts/late.main')).status).toBe(404);
    expect((await stream).length).toBeGreaterThan(0);
    await closing.close();
  }, 60_000);
});
