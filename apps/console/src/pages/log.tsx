import { Page } from '../parts/page';

export default function Page_() {
  return <Page title="log">…</Page>;
}
