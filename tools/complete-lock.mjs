// Adds the optional packages of other platforms that the lock file lacks, so that npm ci accepts it everywhere.
//   node tools/complete-lock.mjs   (after every change of package-lock.json)
import fs from 'node:fs';
const lock = JSON.parse(fs.readFileSync('package-lock.json')),
  P = lock.packages;
const has = (from, name, ver) => {
  for (let p = from; ;) {
    const hit = P[(p ? p + '/' : '') + 'node_modules/' + name];
    if (hit) return !/^\d/.test(ver) || hit.version === ver;
    if (!p) return false;
    const i = p.lastIndexOf('node_modules/');
    p = i <= 0 ? '' : p.slice(0, i - 1);
  }
};
const OS = ['darwin', 'win32', 'freebsd', 'linux', 'android', 'openharmony', 'aix', 'sunos', 'netbsd', 'openbsd'];
const CPU = ['arm64', 'ia32', 'x64', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];
for (const [k, v] of Object.entries({ ...P }))
  for (const [name, ver] of Object.entries(v.optionalDependencies ?? {})) {
    if (has(k, name, ver)) continue;
    const t = name.toLowerCase(),
      os = OS.filter((o) => t.includes(o));
    if (/windows/.test(t)) os.push('win32');
    const cpu = CPU.filter((c) => t.includes(c));
    if (!cpu.length && /(^|[-_/])arm($|[-_])/.test(t)) cpu.push('arm');
    if (!os.length && !cpu.length) {
      console.error('unknown platform', name);
      continue;
    }
    const e = { version: ver.replace(/^[^0-9]*/, ''), optional: true };
    if (v.dev) e.dev = true;
    if (os.length) e.os = os;
    if (cpu.length) e.cpu = cpu;
    if (/musl/.test(t)) e.libc = ['musl'];
    P[(P['node_modules/' + name] ? k + '/' : '') + 'node_modules/' + name] = e;
  }
lock.packages = Object.fromEntries(Object.entries(P).sort(([a], [b]) => (a < b ? -1 : 1)));
fs.writeFileSync('package-lock.json', JSON.stringify(lock, null, 2) + '\n');
