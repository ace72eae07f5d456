/** The last part of a command's help: how it is called, each with what that does. */
export const examples = (...lines: readonly (readonly [call: string, does: string])[]): string =>
  `\nExamples:\n${lines.map(([call, does]) => `  ${does}:\n    npx ballast ${call}\n`).join('')}`;
