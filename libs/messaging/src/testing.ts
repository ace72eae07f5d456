export { InProcessLockstepChannel } from './lockstep/in-process-channel.fixtures.js';
