import type { CheckView, HealthState, HealthView, Kind, ProblemReport, SecretView, SettingEntry, SettingsView, SettingValue } from '$rpc/contract';
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
  ['stock.formula', { kind: 'choice', options: ['on_hand', 'on_hand_minus_reserved', 'jtl_available'] }, 'jtl_available', 'Bestandsformel', 'Stock formula'],
  ['stock.warehouses', { kind: 'numbers', min: 1, max: 2_147_483_647, required: false }, [], 'Lager', 'Warehouses'],
  ['jobs.temu_orders_sync.enabled', { kind: 'switch' }, true, 'Zeitplan folgen', 'Follow the schedule'],
  ['jobs.temu_orders_sync.schedule', { kind: 'text', format: 'cron', required: false }, '30 7-19/2 * * *', 'Zeitplan', 'Schedule'],
  ['jobs.temu_orders_sync.tracking_schedule', { kind: 'text', format: 'cron', required: false }, '*/15 * * * *', 'Zeitplan nur für Sendungen', 'Schedule for parcels only'],
  ['jobs.temu_orders_sync.timezone', word(true), 'Europe/Berlin', 'Zeitzone', 'Time zone'],
  ['jobs.temu_orders_sync.timeout_seconds', number(1, 86_400), 3600, 'Höchste Laufzeit (s)', 'Longest run (s)'],
  ['jobs.temu_orders_sync.max_retries', number(0, 20), 3, 'Wiederholungen', 'Retries'],
  ['jobs.temu_orders_sync.retry_delay_seconds', number(1, 3600), 30, 'Pause vor der Wiederholung (s)', 'Wait before a retry (s)'],
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
    sections: [section('temu', 'TEMU', 'TEMU'), section('jtl', 'JTL-Wawi', 'JTL-Wawi'), section('orders', 'Bestellungen', 'Orders'), section('stock', 'Bestand', 'Stock'), section('carriers', 'Versanddienste', 'Carriers')],
    settings: ENTRIES.map(entry),
    problems: [],
  };
}

export function makeSecrets(): SecretView[] {
  const names: SecretView['name'][] = ['temu.app_key', 'temu.app_secret', 'temu.access_token', 'jtl.password', 'store.password'];
  return names.map((name) => ({ name, place: 'keychain', variable: `KONTOR_${name.replace('.', '_').toUpperCase()}`, set_at: iso(NOW - 11 * 86_400_000), problem: null }));
}

export function makeTest(connection: string): HealthView {
  const said = (text: string) => ({ de: text, en: text });
  const check = (name: string, state: HealthState, duration_ms: number, fact = ''): CheckView => ({ name, state, duration_ms, fact: said(fact), problem: null });
  const temu = [check('temu.reachable', 'ok', 41), check('temu.signature', 'ok', 38), check('temu.token', 'ok', 40), check('temu.scopes', 'ok', 52)];
  const right: CheckView = {
    ...check('jtl.rights', 'stop', 9),
    problem: problemReport('jtl.right_missing', 'Ein Recht in JTL fehlt', 'Kontor kann keinen Bestand lesen; an TEMU wird deshalb nichts geändert.', 'GRANT SELECT ON dbo.tlagerbestand TO kontor_lesen;'),
  };
  const jtl = [check('jtl.dns', 'ok', 4, '192.168.10.14'), check('jtl.tls', 'ok', 31, 'TLS 1.2'), check('jtl.login', 'ok', 22, 'kontor_lesen'), right, check('jtl.version', 'unknown', 0), check('jtl.objects', 'unknown', 0)];
  return { state: 'stop', checks: connection === 'temu' ? temu : jtl, at: iso(NOW) };
}

function problemReport(code: ProblemReport['code'], title: string, meaning: string, remedy: string): ProblemReport {
  const text = { title, meaning, remedy };
  return { code, class: 'permanent', count: 1, de: text, en: text };
}
