import { describeRest } from '@ballast/gateway/testing';
import { describeWithKafka } from '@ballast/messaging/local-kafka';
import { openGatewayHouse } from './gateway-house.js';

await describeWithKafka('the distributed composition behind a gateway', (kafka) => {
  describeRest({ open: () => openGatewayHouse(kafka()), appends: false });
});
