import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { documentsPage, topicsOf } from '@ballast/contracts';
import { ballastProgram } from './program.js';
import { openTestHouse } from './rest/served-house.fixtures.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
  .split('\n')
  .filter((file) => file !== '' && fs.existsSync(path.join(root, file)));
const isThere = new Set(files.flatMap((file) => [file, ...foldersOf(file)]));
const baseNames = new Set(files.map((file) => path.basename(file)));

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

interface Page {
  readonly file: string;
  readonly text: string;
  /** Without fenced blocks. */
  readonly prose: string;
  /** What stands between single backticks, outside of fenced blocks. */
  readonly codes: readonly string[];
  readonly fenced: readonly string[];
}

const FENCE = /^ *```[^\n]*\n([\s\S]*?)^ *```$/gm;

// The catalogue is generated, and held to the schemas by a test of its own.
const pages: readonly Page[] = files
  .filter((file) => file.endsWith('.md') && !file.startsWith('docs/events/'))
  .map((file) => {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    const prose = text.replaceAll(FENCE, '');
    return {
      file,
      text,
      prose,
      codes: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string),
      fenced: [...text.matchAll(FENCE)].map(([, block]) => block as string),
    };
  });

/** What a page says that is not so, as `page: what`. */
const wrong = (found: (page: Page) => readonly string[], among: readonly Page[] = pages): string[] =>
  among.flatMap((page) => found(page).map((what) => `${page.file}: ${what}`));

/** Decisions tell what was, and what others have; the other pages tell what is. */
const present = pages.filter(({ file }) => !file.startsWith('docs/adr/'));

/** `a/{b,c}` as a/b and a/c. */
function expanded(pattern: string): string[] {
  const braces = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (braces === null) return [pattern];
  const [, before = '', choices = '', after = ''] = braces;
  return choices.split(',').flatMap((choice) => expanded(`${before}${choice.trim()}${after}`));
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^#+ +(.*)$/gm)].map(([, heading]) => slug(heading as string)));

const sources = files
  .filter((file) => /\.(ts|mjs|js|json|ya?ml|py)$|Dockerfile/.test(file) && file !== 'package-lock.json')
  .map((file) => fs.readFileSync(path.join(root, file), 'utf8'))
  .join('\n');
const words = new Set(sources.match(/[A-Za-z_][A-Za-z0-9_]*/g));

describe('what the pages name', () => {
  it('leads somewhere: every relative link and its anchor', () => {
    expect(
      wrong(({ file, text, prose }) =>
        [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
          if (/^[a-z]+:/.test(target)) return [];
          const [name = '', anchor] = target.split('#');
          const to = name === '' ? file : path.posix.normalize(path.posix.join(path.posix.dirname(file), name));
          if (!isThere.has(to.replace(/\/$/, ''))) return [target];
          if (anchor === undefined || !to.endsWith('.md')) return [];
          const destination = name === '' ? text : fs.readFileSync(path.join(root, to), 'utf8');
          return anchorsOf(destination).has(anchor) ? [] : [target];
        }),
      ),
    ).toEqual([]);
  });

  it('is there: every path in the repository, and every file of tests', () => {
    expect(
      wrong(
        ({ file, codes }) =>
          codes.flatMap((code) => {
            if (/[<>*$\s]|\.\.\.|dist\//.test(code)) return [];
            const names = expanded(code);
            if (/^(apps|libs|tools|docs)\//.test(code))
              return names.filter((name) => !isThere.has(name.replace(/\/$/, '')));
            if (!/^[\w./{},-]+\.(int-|e2e-)?spec\.ts$/.test(code)) return [];
            const inFolder = (name: string) => isThere.has(path.posix.join(path.posix.dirname(file), 'src', name));
            return names.filter((name) => !inFolder(name) && !baseNames.has(path.basename(name)));
          }),
        present,
      ),
    ).toEqual([]);
  });

  it('stands in the sources: events, types, functions, variables, metrics', () => {
    const name =
      /^(?:[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|[a-z]+[a-z0-9]*(?:[A-Z][a-z0-9]+)+|[A-Z]{2,}(?:_[A-Z0-9]+)+|ballast_[a-z_]+)$/;
    expect(
      wrong(
        ({ codes }) =>
          codes
            .map((code) => code.replace(/\(.*\)$|\{.*\}$/, ''))
            .filter((code) => name.test(code) && !words.has(code)),
        present,
      ),
    ).toEqual([]);
  });

  it('is a topic that is created', () => {
    const topics = new Set(topicsOf(1).map(({ topic }) => topic));
    expect(
      wrong(({ codes }) =>
        codes.filter((code) => /^(clearing|exchange)\.[a-z.-]+\.v\d$/.test(code) && !topics.has(code)),
      ),
    ).toEqual([]);
  });

  // a target without an executor stands in the manifest, and Nx says that it cannot find it
  it('is a target of the workspace, and can be run', () => {
    const { targetDefaults: defaults } = JSON.parse(fs.readFileSync(path.join(root, 'nx.json'), 'utf8')) as Workspace;
    expect(
      wrong(({ text }) =>
        [...text.matchAll(/nx run @ballast\/([\w-]+):([\w-]+)/g)].flatMap(([whole, project, target]) => {
          const manifest = files
            .filter((file) => file.endsWith('package.json'))
            .map((file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')) as Manifest)
            .find((each) => each.name === `@ballast/${project}`);
          const said = manifest?.nx?.targets?.[target as string];
          const runs = said !== undefined && { ...defaults[target as string], ...said }.executor !== undefined;
          return runs ? [] : [whole];
        }),
      ),
    ).toEqual([]);
  });
});

interface Manifest {
  readonly name: string;
  readonly nx?: { readonly targets?: Targets };
}

interface Workspace {
  readonly targetDefaults: Targets;
}

type Targets = Readonly<Record<string, { readonly executor?: string }>>;

describe('commands on the pages', () => {
  const commands = new Map(ballastProgram().commands.map((command) => [command.name(), command]));
  const calls = (page: Page): string[] =>
    [...page.codes, ...page.fenced.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))].flatMap((line) =>
      [...line.matchAll(/npx ballast ([^#|;`]*)/g)].map(([, rest]) => (rest as string).trim()),
    );

  it('are written in one form', () => {
    const bare = new RegExp(`(?<!npx )\\bballast (${[...commands.keys()].join('|')})\\b`);
    expect(
      wrong(({ codes, fenced }) =>
        [...codes, ...fenced.flatMap((block) => block.split('\n'))].filter((line) => bare.test(line)),
      ),
    ).toEqual([]);
  });

  it('exist, with every option', () => {
    let seen = 0;
    expect(
      wrong((page) =>
        calls(page).flatMap((call) => {
          seen += 1;
          const [name = '', ...args] = call.split(/\s+/);
          const command = commands.get(name);
          if (command === undefined) return name.startsWith('<') || name.startsWith('-') ? [] : [`ballast ${call}`];
          const [first] = args;
          const called = command.commands.find((each) => each.name() === first) ?? command;
          if (called === command && command.commands.length > 0) return [`ballast ${call}`];
          const known = new Set(called.options.map(({ long }) => long));
          return args
            .map((arg) => arg.split('=')[0] as string)
            .filter((arg) => arg.startsWith('--') && arg !== '--help' && !known.has(arg))
            .map((option) => `ballast ${name} ${option}`);
        }),
      ),
    ).toEqual([]);
    expect(seen).toBeGreaterThan(20);
  });

  it('show how they are called, and none of them says that it keeps what it only reads', () => {
    const help = new Map([...commands].map(([name, command]) => [name, helpOf(command)]));
    for (const [name, text] of help) {
      expect(text).toContain(`npx ballast ${name}`);
      expect(text).not.toContain('(default: [])');
      if (!['serve', 'simulate'].includes(name)) expect(text).not.toContain('keep the embedded database');
    }
  });
});

function helpOf(command: ReturnType<typeof ballastProgram>): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe('routes on the pages', () => {
  it('exist in the document of the interface, or are those of a process', async () => {
    const house = await openTestHouse();
    const { paths } = (await house.get('/openapi.json')).body;
    await house.close();
    const shape = (route: string): string => route.replaceAll(/\{[^}]*\}|<[^>]*>/g, '{}');
    const known = new Set(
      Object.entries(paths).flatMap(([route, item]) =>
        Object.keys(item).map((method) => `${method.toUpperCase()} ${shape(route)}`),
      ),
    );
    let seen = 0;
    expect(
      wrong(({ codes }) =>
        codes.flatMap((code) => {
          const route = /^(GET|POST) (\/[^?\s]*)/.exec(code);
          if (route === null) return [];
          seen += 1;
          const [, method, address = ''] = route;
          return known.has(`${method} ${shape(address)}`) || isInstanceOf(address, `${method}`, known) ? [] : [code];
        }),
      ),
    ).toEqual([]);
    expect(seen).toBeGreaterThan(15);
  }, 60_000);
});

describe('commands of use-the-api', () => {
  it('propose rules that differ, show the difference and approve it', async () => {
    const page = pages.find(({ file }) => file === 'docs/how-to/use-the-api.md');
    const commands = page?.fenced.find((block) => block.includes('/rules/margin/proposals/p-17/approvals'));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-docs-'));
    const house = await openTestHouse();
    const { stdout } = await promisify(execFile)('bash', ['-ec', commands ?? 'false'], {
      cwd: folder,
      env: { ...process.env, B: house.url },
    });
    expect(stdout).toMatch(/p-17.*initialMultiple.*2\.5.*3/);
    const { items } = documentsPage.parse((await house.get('/rules/margin')).body);
    expect(items.map(({ id }) => id)).toContain('house@2');
    await house.close();
    fs.rmSync(folder, { recursive: true });
  }, 60_000);
});

/** An address with values in it, such as `/logs/margin/0`. */
function isInstanceOf(address: string, method: string, known: ReadonlySet<string>): boolean {
  return [...known].some((route) => new RegExp(`^${route.replaceAll('{}', '[^/]+')}$`).test(`${method} ${address}`));
}
