import type { Kind, SecretView, SettingEntry, SettingsView, SettingValue, TestStepView } from '$rpc/contract';
import { iso, NOW } from './orders';

type Short = [key: string, kind: Kind, value: SettingValue | null, de: string, en: string, help?: string, advanced?: boolean];

const number = (min: number, max: number): Kind => ({ kind: 'number', min, max });
const word = (required = false): Kind => ({ kind: 'text', format: null, required });

const ENTRIES: Short[] = [
  ['temu.base_url', { kind: 'text', format: 'url', required: true }, 'https://openapi-b-eu.temu.com', 'Adresse des Gateways', 'Address of the gateway', 'Gateway Ihrer Region.'],
  ['temu.rate_per_second', number(1, 10_000), 20, 'Anfragen je Sekunde', 'Requests per second', 'TEMU erlaubt anfangs 20 je App.'],
  ['temu.timeout_seconds', number(1, 600), 20, 'Wartezeit auf eine Antwort (s)', 'Wait for an answer (s)', '', true],
  ['temu.app_key', { kind: 'secret' }, null, 'App Key', 'App key'],
  ['temu.app_secret', { kind: 'secret' }, null, 'App Secret', 'App secret'],
  ['temu.access_token', { kind: 'secret' }, null, 'Access Token', 'Access token'],
  ['jtl.host', { kind: 'text', format: 'host', required: false }, 'wawi-srv01', 'Server', 'Server'],
  ['jtl.port', number(0, 65_535), 1433, 'Port', 'Port'],
  ['jtl.database', word(true), 'eazybusiness', 'Datenbank', 'Database'],
  ['jtl.user', word(), 'kontor_lesen', 'Benutzer', 'User'],
  ['jtl.only_shipped', { kind: 'switch' }, true, 'Nur versendete Pakete', 'Only shipped parcels', 'Ein Paket zählt erst, wenn JTL einen Versandzeitpunkt dafür hat.'],
  ['jtl.password', { kind: 'secret' }, null, 'Passwort', 'Password'],
  ['orders.target', { kind: 'choice', options: ['file', 'database', 'both'] }, 'database', 'Übergabe an JTL', 'Hand-over to JTL'],
  ['orders.currencies', { kind: 'texts', required: true }, ['EUR'], 'Währungen', 'Currencies'],
  ['carriers.*', word(true), null, 'Eigene Zuordnung', 'Own mapping', 'JTL-Versandart = TEMU-Versanddienst.'],
  ['carriers.DHL', word(true), 'DHL', 'Eigene Zuordnung', 'Own mapping'],
];

export function makeSettings(): SettingsView {
  const entry = ([key, kind, value, de, en, help = '', advanced = false]: Short): SettingEntry => ({
    key, kind, value, default: value, source: value === null ? null : 'file', section: key.split('.')[0]!,
    label: { de, en }, help: { de: help, en: help }, free: key.startsWith('carriers.'), restart: false, advanced,
  });
  const section = (name: string, de: string, en: string) => ({ name, label: { de, en } });
  return {
    file: 'Dokumente\\Kontor\\kontor.toml',
    basis: 'b1',
    sections: [section('temu', 'TEMU', 'TEMU'), section('jtl', 'JTL-Wawi', 'JTL-Wawi'), section('orders', 'Bestellungen', 'Orders'), section('carriers', 'Versanddienste', 'Carriers')],
    settings: ENTRIES.map(entry),
    problems: [],
  };
}

export function makeSecrets(): SecretView[] {
  const names: SecretView['name'][] = ['temu.app_key', 'temu.app_secret', 'temu.access_token', 'jtl.password'];
  return names.map((name) => ({ name, place: 'keychain', variable: `KONTOR_${name.replace('.', '_').toUpperCase()}`, set_at: iso(NOW - 11 * 86_400_000), problem: null }));
}

export function makeTest(part: string): TestStepView[] {
  const step = (name: string, ok: boolean | null, ms: number | null, detail: string | null): TestStepView => ({ step: name, ok, ms, detail, problem: null, command: null });
  if (part === 'temu') return [step('gateway', true, 41, null), step('signature', true, 38, null), step('token', true, 40, null), step('orders', true, 52, null)];
  return [
    step('server', true, 4, 'wawi-srv01 → 192.168.10.14'),
    step('tls', true, 31, 'TLS 1.2'),
    step('login', true, 22, 'kontor_lesen'),
    { step: 'read', ok: false, ms: 9, detail: 'dbo.tlagerbestand', problem: { code: 'jtl.right_missing' }, command: 'USE eazybusiness;\nGRANT SELECT ON dbo.tlagerbestand TO kontor_lesen;' },
    step('import', null, null, null),
    step('version', null, null, null),
  ];
}
