import type { AddressView, OrderDetail, Reason } from '$rpc/contract';

/** Whether a person can mend the reason by putting the address right. */
export function isAddressHold(hold: Reason): boolean {
  return ['order.address_missing', 'order.address_incomplete', 'order.country_unknown'].includes(hold.code);
}

/** Whether a person can mend the reason by putting an article number right. */
export function isSkuHold(hold: Reason): boolean {
  return ['order.sku_missing', 'order.sku_unknown_in_jtl'].includes(hold.code);
}

/** The address to begin with: what TEMU sent, or nothing at all. */
export function givenAddress(order: OrderDetail): AddressView {
  return (
    order.given_address ??
    order.address ?? { first_name: '', last_name: '', street: '', extra: '', post_code: '', city: '', state: '', country: '', phone: '', email: '' }
  );
}

/** What a parcel cannot do without. A street without any digit has no house number. */
export function missingFields(order: OrderDetail): Partial<Record<keyof AddressView, boolean>> {
  return missingIn(givenAddress(order));
}

export function missingIn(address: AddressView): Partial<Record<keyof AddressView, boolean>> {
  return {
    last_name: !address.last_name.trim() && !address.first_name.trim(),
    street: !address.street.trim() || !/\d/.test(address.street),
    post_code: !address.post_code.trim(),
    city: !address.city.trim(),
    country: !/^[A-Z]{2}$/.test(address.country),
  };
}
