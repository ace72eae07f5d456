/** The program of a page did not come: the server is gone, or cannot send it. */
export class PageNotLoaded extends Error {
  override readonly name = 'PageNotLoaded';
}

const RELOADED = 'ballast-reloaded';

/** What names the release that this tab runs. */
const entry = (): string => document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '';

const isServed = (): Promise<boolean> =>
  fetch('/health/live', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * Loads the program of a page. A server that is there and has it no more runs another release: the tab is loaded anew, once. Without a
 * server it is not: what the tab shows would be gone, with nothing in its place.
 */
export async function programOfPage<Program>(load: () => Promise<Program>): Promise<Program> {
  try {
    return await load();
  } catch (cause) {
    if ((await isServed()) && sessionStorage.getItem(RELOADED) !== entry()) {
      sessionStorage.setItem(RELOADED, entry());
      location.reload();
    }
    throw new PageNotLoaded('its program did not come from the server', { cause });
  }
}
