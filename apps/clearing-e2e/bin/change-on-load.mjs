// Changes the text of one module while Node loads it: the code itself is another then, in all of the process.
//   CHANGE='{"module":"...","from":"...","to":"..."}' node --import ./change-on-load.mjs program
import { register } from 'node:module';

const { module, from, to } = JSON.parse(process.env['CHANGE']);

/** Runs in the thread of the loader; knows nothing of the variables here. */
const hook = `
  const { module, from, to } = ${JSON.stringify({ module, from, to })};
  export async function load(url, context, nextLoad) {
    const loaded = await nextLoad(url, context);
    if (!url.endsWith(module)) return loaded;
    const parts = String(loaded.source).split(from);
    if (parts.length !== 2) throw new Error(from + ' stands ' + (parts.length - 1) + ' times in ' + module);
    return { ...loaded, source: parts.join(to) };
  }`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
