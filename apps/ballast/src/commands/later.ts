/**
 * An action that is loaded when it is called: who only asks how a command is used need not load what it works with.
 * @param first what is said before anything is loaded, for whoever waits
 */
export const later =
  <Given extends readonly unknown[]>(
    load: () => Promise<(...given: Given) => void | Promise<void>>,
    first?: (...given: Given) => string,
  ) =>
  async (...given: Given): Promise<void> => {
    if (first !== undefined) process.stderr.write(`${first(...given)}\n`);
    await (
      await load()
    )(...given);
  };
