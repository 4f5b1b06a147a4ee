//! Signatures, as the documentation describes them (temu-api.md section 2), over the parsed body: strings without quotes,
//! everything else as compact JSON with raw Unicode in the received order.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value};
use sha2::Sha256;

/// Whether `sign` fits the body by either method.
pub(super) fn is_valid(body: &Map<String, Value>, secret: &str, sign: &str) -> bool {
    let joined = joined(body);
    let md5 = upper_hex(&Md5::digest(format!("{secret}{joined}{secret}")));
    sign == md5 || sign == hmac(secret, &joined)
}

fn hmac(secret: &str, joined: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(joined.as_bytes());
    upper_hex(&mac.finalize().into_bytes())
}

fn joined(body: &Map<String, Value>) -> String {
    let mut names: Vec<&String> = body.keys().filter(|name| *name != "sign").collect();
    names.sort();
    let text = |name: &String| match &body[name] {
        Value::String(text) => format!("{name}{text}"),
        other => format!("{name}{other}"),
    };
    names.into_iter().map(text).collect()
}

fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).expect("an object")
    }

    #[test]
    fn the_documented_vectors_are_valid_and_others_are_not() {
        let t0 = object(
            r#"{"access_token":"2nifvmpyymvypwmcms5ct4uqqudrwgpmzbcnmkt1jzjkuaf3x56iixym","app_key":"f9d5cc9313893a20d5aa85c654e8f503","data_type":"JSON","sendRequestList":[{"orderSendInfoList":[{"quantity":1,"orderSn":"211-21905473070712792","parentOrderSn":"PO-211-21905452099192792","goodsId":601099548666279,"skuId":17592352673534}],"carrierId":"699272611","trackingNumber":"270324232756"}],"sendType":0,"timestamp":1711009072,"type":"bg.logistics.shipment.confirm"}"#,
        );
        let secret = "c7e0a1a63542be4de3cb5488f9fba8149e8fc290";
        assert!(is_valid(&t0, secret, "4CCF219942D4180C6DDA3CE36C1B838F"));
        assert!(!is_valid(&t0, "another", "4CCF219942D4180C6DDA3CE36C1B838F"));
        let t1 = object(
            r#"{"type":"bg.order.list.v2.get","app_key":"testappkey","access_token":"testtoken","data_type":"JSON","timestamp":"1700000000","pageNumber":1,"pageSize":10,"sign":"x"}"#,
        );
        assert!(is_valid(&t1, "testsecret", "41BC6CDCD41C3A36A7EFCA0361920A02"));
    }
}
