import { m } from '$i18n';

const STEPS: Record<string, () => string> = {
  'temu gateway': () => m.test_temu_gateway(),
  'temu signature': () => m.test_temu_signature(),
  'temu token': () => m.test_temu_token(),
  'temu orders': () => m.test_temu_orders(),
  'jtl server': () => m.test_jtl_server(),
  'jtl tls': () => m.test_jtl_tls(),
  'jtl login': () => m.test_jtl_login(),
  'jtl read': () => m.test_jtl_read(),
  'jtl import': () => m.test_jtl_import(),
  'jtl version': () => m.test_jtl_version(),
};

/** What a step of a connection test looks at. */
export function testWord(part: string, step: string): string {
  return STEPS[`${part} ${step}`]?.() ?? step;
}
