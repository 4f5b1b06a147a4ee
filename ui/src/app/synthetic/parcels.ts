import type { ParcelRowView, ParcelTask, TemuCarrierView } from '$rpc/contract';
import { iso, NOW, orderNumber } from './orders';

const MINUTE = 60_000;

const ROWS: [number, ParcelTask, string, string | null, string, number][] = [
  [1, 'unmapped', 'Spedition Nord', null, 'SN-88214-07', 27],
  [3, 'unmapped', 'Spedition Nord', null, 'SN-88214-08', 27],
  [2, 'ready', 'DHL Paket bis 5 kg', 'DHL', '00340434161094027315', 30],
  [4, 'ready', 'DHL Paket bis 5 kg', 'DHL', '00340434161094027322', 30],
  [5, 'ready', 'DPD Classic', 'DPD', '01505041233867', 41],
  [7, 'ready', 'GLS Business-Parcel', 'GLS', 'ZK4A91P7', 41],
  [9, 'ready', 'DHL Paket bis 10 kg', 'DHL', '00340434161094027346', 44],
  [10, 'ready', 'DHL Paket bis 10 kg', 'DHL', '00340434161094027353', 44],
  [11, 'ready', 'DPD Classic', 'DPD', '01505041233869', 52],
  [12, 'ready', 'GLS Business-Parcel', 'GLS', 'ZK4A91PC', 52],
  [13, 'unclear', 'DHL Paket bis 5 kg', 'DHL', '00340434161094027377', 52],
  [14, 'refused', 'DPD Classic', 'DPD', '0150504 1233', 80],
];

export function makeParcels(): ParcelRowView[] {
  return ROWS.map(([index, task, method, carrier, tracking, minutes], id) => ({
    parcel: {
      parent_order_sn: orderNumber(index),
      jtl_id: 4000 + id,
      tracking_number: tracking,
      shipping_method: method,
      logistics: '',
      carrier_name: carrier,
      report: task === 'refused' ? 'refused' : task === 'unclear' ? 'sending' : 'waiting',
      problem:
        task === 'unclear'
          ? { code: 'shipment.outcome_unknown', detail: '' }
          : task === 'refused'
            ? { code: 'shipment.tracking_rejected', detail: '11 statt 14 Zeichen' }
            : null,
      shipped_at: iso(NOW - minutes * MINUTE),
      reported_at: null,
    },
    task,
    state: 'tracked',
    buyer: 'Sabine Krüger',
    ship_by: iso(NOW + 9 * 60 * MINUTE),
  }));
}

export const CARRIERS: TemuCarrierView[] = ['DHL', 'DPD', 'GLS', 'Hermes', 'UPS', 'Hellmann Worldwide', 'Dachser', 'Deutsche Post'].map((name, index) => ({
  id: 900 + index,
  name,
  brand: name,
}));
