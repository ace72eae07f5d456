import path from 'node:path';
import { describeRest, throughGeneratedClient } from '@ballast/gateway/testing';
import { describeWithKafka } from '@ballast/messaging/local-kafka';
import { REPOSITORY } from './ballast-process.js';
import { openGatewayHouse } from './gateway-house.js';

const STORIES = path.join(REPOSITORY, 'tools/generated-clients/stories.ts');

// All of it through the functions that were generated for TypeScript.
await describeWithKafka('the distributed composition behind a gateway', (kafka) => {
  describeRest({
    open: async () => (await throughGeneratedClient(await openGatewayHouse(kafka()), STORIES)).house,
    appends: false,
  });
});
