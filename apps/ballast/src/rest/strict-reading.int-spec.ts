import http from 'node:http';
import { ISO_TIME } from '@ballast/kernel';
import { openTestHouse, type Answer, type TestHouse } from './served-house.fixtures.js';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: { readonly type?: string };
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
}

/** What stands in the path of a route that is called as it should be. */
const IN_PATH: Readonly<Record<string, string>> = {
  breakId: '1',
  accountId: 'strict.main',
  withdrawalId: 'w-1',
  proposalId: 'p-1',
  caseId: 'nobody.main%231',
  instrument: 'BTC-PERP',
  side: 'long',
  service: 'margin',
  log: 'margin',
  partition: '0',
  position: '1',
};

let house: TestHouse;
let routes: readonly { readonly method: string; readonly path: string; readonly operation: Operation }[];

beforeAll(async () => {
  house = await openTestHouse({ to: '2020-03-11T00:01:00Z' });
  await house.post('/accounts', { accountId: 'strict.main' });
  const { paths } = (await house.get('/openapi.json')).body;
  routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Operation>>).map(([method, operation]) => ({
      method,
      path,
      operation,
    })),
  );
}, 120_000);

afterAll(() => house.close());

const addressOf = (path: string, changes: Readonly<Record<string, string>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => changes[name] ?? IN_PATH[name] ?? 'sample-1');

const ask = (method: string, address: string, body: unknown = {}): Promise<Answer> =>
  method === 'get' ? house.get(address) : house.post(address, body);

/** A property that is a moment by its name, or a list of them. */
const isTimeName = (place: string): boolean =>
  /(^|\/)(at|since|until|clearing|wall|expiry|asked|\w+At|validUntil|asOf)(\/anyOf\/\d+|\/items)?$/.test(place) &&
  place.includes('/properties/');

/** A request whose Host is what it says: `fetch` sends its own. */
const sent = (method: string, address: string, headers: http.OutgoingHttpHeaders, sends?: Buffer) =>
  new Promise<{ readonly status: number | undefined; readonly body: string }>((resolve, reject) => {
    const request = http.request(house.url + address, { method: method.toUpperCase(), headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('error', reject).end(sends);
  });

/** A refusal that names the field. */
const refusal = ({ status, body }: Answer) => [status, body.code, body.errors?.map(({ field }) => field)];

const isNumber = ({ schema }: Parameter): boolean => schema?.type === 'integer';

describe('the document', () => {
  interface Written {
    readonly servers: readonly { readonly url: string }[];
    readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: object };
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, { readonly operationId: string; readonly responses: object }>>>
    >;
  }
  let document: Written;
  beforeAll(async () => {
    document = (await house.get('/openapi.json')).body as unknown as Written;
  });
  const operations = () => Object.values(document.paths).flatMap((item) => Object.values(item));

  it('names each operation once, by a name that a program may have', () => {
    const names = operations().map(({ operationId }) => operationId);
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]+$/.test(name))).toEqual([]);
    expect(names.filter((name, each) => names.indexOf(name) !== each)).toEqual([]);
  });

  it('says where and how it is asked, and what comes back from every route', () => {
    expect(document.servers).toMatchObject([{ url: '/' }]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer']);
    for (const { operationId, responses } of operations()) {
      const told = Object.keys(responses).map((status) => status.replace(/^2\d\d$/, '2XX'));
      expect([operationId, ...told]).toEqual(expect.arrayContaining([operationId, '2XX', '4XX', '5XX']));
    }
    expect(Object.keys(document.paths['/health/ready']?.['get']?.responses ?? {})).toContain('503');
  });

  it('writes a time in one form: RFC 3339, UTC, to the millisecond, but where what is hashed stands as it is', () => {
    const hashed = new Set(['LogEvent', 'LogEntry', 'ExchangeMessage', 'Book', 'ImportedAccount']);
    const counted: string[] = [];
    const times = new Map<string, number>();
    const look = (node: unknown, place: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { title, type, format, pattern } = node as Readonly<Record<string, unknown>>;
      const isOfTime = /milliseconds? since|^instant$/i.test(`${String(title)}`) || isTimeName(place);
      if (type === 'integer' && isOfTime) counted.push(place);
      if (type === 'string' && isTimeName(place)) {
        const form = format === 'date-time' ? 'answered' : pattern === ISO_TIME.pattern.source ? 'asked' : place;
        times.set(form, (times.get(form) ?? 0) + 1);
      }
      for (const [name, inner] of Object.entries(node)) look(inner, `${place}/${name}`);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) if (!hashed.has(name)) look(schema, name);
    look(document.paths, 'paths');
    expect(counted).toEqual([]);
    expect([...times.keys()].sort()).toEqual(['answered', 'asked']);
    expect(times.get('answered')).toBeGreaterThan(50);
  });

  it('has no schema that nothing refers to, and none that generators of clients stumble over', () => {
    const text = JSON.stringify(document);
    const unused = Object.keys(document.components.schemas).filter(
      (id) => !text.includes(`#/components/schemas/${id}"`),
    );
    expect(unused).toEqual([]);
    expect(text).not.toContain('prefixItems');
  });
});

describe('every route of the document', () => {
  it('answers no page that a name was pointed here for, and none of another origin', async () => {
    const foreign = [{ host: 'evil.example' }, { origin: 'http://evil.example' }, { origin: 'null' }];
    for (const { method, path } of routes) {
      for (const headers of foreign) {
        const { status, body } = await sent(method, addressOf(path), headers);
        expect([method, path, headers, status, (JSON.parse(body) as { code: string }).code]).toEqual([
          ...[method, path, headers, 403],
          'origin-foreign',
        ]);
      }
    }
    expect(routes.length).toBeGreaterThan(60);
  });

  it('refuses a parameter that it does not know, and says which', async () => {
    for (const { method, path } of routes) {
      const answer = await ask(method, `${addressOf(path)}?unheard-of=1`);
      expect([method, path, ...refusal(answer)]).toEqual([method, path, 400, 'request-malformed', ['unheard-of']]);
    }
  });

  it('reads a whole number in its one notation only, in paths and in queries', async () => {
    let numbers = 0;
    for (const { method, path, operation } of routes) {
      for (const parameter of (operation.parameters ?? []).filter(isNumber)) {
        for (const text of ['0x1', '1e0', '%201', '-0', '+1', '01', '1.0', '%20', '']) {
          if (parameter.in === 'path' && text === '') continue;
          const address =
            parameter.in === 'path'
              ? addressOf(path, { [parameter.name]: text })
              : `${addressOf(path)}?${parameter.name}=${text}`;
          numbers += 1;
          expect([method, address, ...refusal(await ask(method, address))]).toEqual([
            ...[method, address, 400, 'request-malformed'],
            [parameter.name],
          ]);
        }
      }
    }
    expect(numbers).toBeGreaterThan(100);
  });

  it('reads all of a query, however many parts without a name stand before it', async () => {
    const answer = await house.get(`/accounts?${'&'.repeat(1_500)}unheard-of=1`);
    expect(refusal(answer)).toEqual([400, 'request-malformed', ['unheard-of']]);
  });

  it('refuses a parameter that comes twice', async () => {
    for (const { method, path, operation } of routes) {
      for (const { name } of (operation.parameters ?? []).filter((each) => each.in === 'query')) {
        const { status, body } = await ask(method, `${addressOf(path)}?${name}=1&${name}=1`);
        expect([path, name, status, body.code]).toEqual([path, name, 400, 'request-malformed']);
      }
    }
  });

  it('that takes a body refuses a name that stands in it twice, and one that it does not know', async () => {
    const taking = routes.filter(({ operation }) => operation.requestBody !== undefined);
    expect(taking.length).toBeGreaterThan(8);
    for (const { method, path } of taking) {
      const twice = await ask(method, addressOf(path), '{"reason":"a","reason":"b"}');
      expect([path, ...refusal(twice)]).toEqual([path, 400, 'request-malformed', ['reason']]);
      const unknown = await ask(method, addressOf(path), { 'unheard-of': 1 });
      expect([path, unknown.status, unknown.body.code]).toEqual([path, 400, 'request-malformed']);
      expect(unknown.body.errors.map(({ field }) => field)).toContain('unheard-of');
    }
  });

  it('that takes a body refuses one that is not UTF-8', async () => {
    const twice = '{"reason":"a","reason":"b"}';
    const others: readonly [string, Buffer][] = [
      ['application/json; charset=utf-16le', Buffer.from(twice, 'utf16le')],
      ['application/json; charset="UTF-7"', Buffer.from('{"reason":"a","+AHI-eason":"b"}')],
      ['application/json', Buffer.from('{"reason":"\xff"}', 'latin1')],
    ];
    for (const { method, path } of routes.filter(({ operation }) => operation.requestBody !== undefined)) {
      for (const [type, bytes] of others) {
        const { status, body } = await sent(method, addressOf(path), { 'content-type': type }, bytes);
        const { detail } = JSON.parse(body) as { readonly detail: string };
        expect([path, type, status, detail]).toEqual([path, type, 400, 'body is not UTF-8: send JSON in UTF-8']);
      }
    }
  });

  it('has one address: another case, or a slash behind it, is another', async () => {
    for (const { path } of routes.filter(({ method, path }) => method === 'get' && /^\/\w+$/.test(path))) {
      for (const other of [path.toUpperCase(), `${path}/`]) {
        const { status, body } = await house.get(other);
        expect([other, status, body.code]).toEqual([other, 404, 'not-found']);
      }
    }
  });
});
