import { m } from '$i18n';

const STEPS: Record<string, () => string> = {
  'temu.reachable': () => m.test_temu_reachable(),
  'temu.signature': () => m.test_temu_signature(),
  'temu.clock': () => m.test_temu_clock(),
  'temu.token': () => m.test_temu_token(),
  'temu.ip_list': () => m.test_temu_ip_list(),
  'temu.scopes': () => m.test_temu_scopes(),
  'jtl.dns': () => m.test_jtl_dns(),
  'jtl.tcp': () => m.test_jtl_tcp(),
  'jtl.tls': () => m.test_jtl_tls(),
  'jtl.login': () => m.test_jtl_login(),
  'jtl.database': () => m.test_jtl_database(),
  'jtl.rights': () => m.test_jtl_rights(),
  'jtl.version': () => m.test_jtl_version(),
  'jtl.objects': () => m.test_jtl_objects(),
  temu: () => m.health_temu(),
  jtl: () => m.health_jtl(),
};

/** What a step of a connection test looks at. */
export function testWord(name: string): string {
  return STEPS[name]?.() ?? name;
}
