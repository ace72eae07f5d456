/**
 * An action that is loaded when it is called: who only asks how a command is used need not load what it works with.
 * @param first what is said before anything is loaded, for whoever waits; throws where there is nothing to wait for
 */
export const later =
  <Given extends readonly unknown[]>(
    load: () => Promise<(...given: Given) => void | Promise<void>>,
    first?: (...given: Given) => string | Promise<string>,
  ) =>
  async (...given: Given): Promise<void> => {
    if (first !== undefined) process.stderr.write(`${await first(...given)}\n`);
    await (
      await load()
    )(...given);
  };
