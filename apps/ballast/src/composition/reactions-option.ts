import { Option } from 'commander';
import type { ReactionsName } from '@ballast/exchange-simulator-domain';

/** Written out, because the simulator is too much to load for who only asks how a command is used; the compiler misses none. */
const NAMES: Readonly<Record<ReactionsName, true>> = { attentive: true, usual: true, absent: true };

export const reactionsOption = (): Option =>
  new Option('--reactions <name>', 'how owners answer warnings and calls; default: the scenario says').choices(
    Object.keys(NAMES),
  );
