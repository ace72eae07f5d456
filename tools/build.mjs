// Compiles every package's src to its dist with swc; a file is compiled again only when it is newer than its output.
// A package with a vite.config.ts is a page: Vite builds it when any of its files is newer than what it built.
// Then names the build by a hash over all outputs of what decides, for the logs that it will write.
//   node tools/build.mjs [package folder ...]
import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modifiedAt = (file) =>
  fs.stat(file).then(
    (s) => s.mtimeMs,
    () => 0,
  );
const children = async (dir) => (await fs.readdir(path.join(root, dir))).map((name) => path.join(dir, name));
const named = process.argv.slice(2).map((dir) => path.relative(root, path.resolve(dir)));
const candidates =
  named.length > 0 ? named : (await Promise.all(['apps', 'libs', 'libs/domain', 'tools'].map(children))).flat();
const rcFile = path.join(root, '.swcrc');
const options = { ...JSON.parse(await fs.readFile(rcFile, 'utf8')), swcrc: false, sourceMaps: true, configFile: false };
// A changed compiler setting makes every output stale.
const settingsAt = Math.max(await modifiedAt(rcFile), await modifiedAt(fileURLToPath(import.meta.url)));

const wanted = (file) => file.endsWith('.ts') && !/\.(spec|int-spec|e2e-spec|d)\.ts$/.test(file);
let compiled = 0;
let failed = 0;
for (const dir of candidates) {
  const src = path.join(root, dir, 'src');
  if (!(await modifiedAt(path.join(root, dir, 'package.json'))) || !(await modifiedAt(src))) continue;
  if (await isPage(dir)) {
    compiled += await buildPage(dir);
    continue;
  }
  const outputs = new Set();
  for (const file of (await fs.readdir(src, { recursive: true })).filter(wanted)) {
    const from = path.join(src, file);
    const to = path.join(root, dir, 'dist', file.replace(/\.ts$/, '.js'));
    outputs.add(to);
    if ((await modifiedAt(to)) > Math.max(await modifiedAt(from), settingsAt)) continue;
    try {
      const { code, map } = await transformFile(from, {
        ...options,
        sourceFileName: path.relative(path.dirname(to), from),
      });
      await fs.mkdir(path.dirname(to), { recursive: true });
      await fs.writeFile(`${to}.map`, map);
      await fs.writeFile(to, `${code}\n//# sourceMappingURL=${path.basename(to)}.map\n`);
      compiled += 1;
    } catch (error) {
      failed += 1;
      console.error(`build: ${path.relative(root, from)}: ${error.message}`);
    }
  }
  // The output of a deleted source would otherwise still be importable.
  for (const file of await fs.readdir(path.join(root, dir, 'dist'), { recursive: true }).catch(() => [])) {
    const old = path.join(root, dir, 'dist', file);
    if (file.endsWith('.js') && !outputs.has(old))
      await Promise.all([fs.rm(old), fs.rm(`${old}.map`, { force: true })]);
  }
}
await writeRelease();
console.log(`build: ${compiled} files compiled${failed > 0 ? `, ${failed} failed` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

async function isPage(dir) {
  return (await modifiedAt(path.join(root, dir, 'vite.config.ts'))) > 0;
}

/** Builds a page if it is stale; returns the number of its sources, 0 when it was up to date. */
async function buildPage(dir) {
  const sources = ['index.html', 'vite.config.ts', 'package.json'].map((name) => path.join(root, dir, name));
  for (const file of await fs.readdir(path.join(root, dir, 'src'), { recursive: true })) {
    if (/\.(ts|tsx|css)$/.test(file) && !/\.spec\.ts$/.test(file)) sources.push(path.join(root, dir, 'src', file));
  }
  const stamp = path.join(root, dir, 'dist/.built');
  const changedAt = Math.max(
    ...(await Promise.all([...sources, path.join(root, 'package-lock.json')].map(modifiedAt))),
    settingsAt,
  );
  // A source that was deleted is not newer than anything: the number of them tells.
  const before = await fs.readFile(stamp, 'utf8').catch(() => '');
  if ((await modifiedAt(stamp)) > changedAt && before === String(sources.length)) return 0;
  const { build } = await import('vite');
  try {
    await build({ root: path.join(root, dir), configFile: path.join(root, dir, 'vite.config.ts'), logLevel: 'warn' });
    await fs.writeFile(stamp, String(sources.length));
    return sources.length;
  } catch (error) {
    failed += 1;
    console.error(`build: ${dir}: ${error.message}`);
    return 0;
  }
}

/** What a log says about the program that wrote it: name, version, and one hash over every compiled file. */
async function writeRelease() {
  const { version } = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8'));
  const hash = crypto.createHash('sha256');
  for (const dir of (await Promise.all(['apps', 'libs', 'libs/domain'].map(children))).flat().sort()) {
    const dist = path.join(root, dir, 'dist');
    // A page decides nothing.
    if (await isPage(dir)) continue;
    for (const file of (await fs.readdir(dist, { recursive: true }).catch(() => [])).sort()) {
      if (!file.endsWith('.js')) continue;
      hash.update(`${dir}/${file}\0`).update(await fs.readFile(path.join(dist, file)));
    }
  }
  const target = path.join(root, 'libs/services/dist/release.json');
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.writeFile(target, JSON.stringify({ release: `ballast@${version}`, build: hash.digest('hex') }));
}
