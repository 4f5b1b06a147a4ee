//! Request signatures (temu-api.md section 2): MD5 over the secret, the sorted `name` + `value` texts, and the secret; or
//! HMAC-SHA256 over the sorted texts with the secret as the key. Both in upper-case hex.
//!
//! The value of a member is its text in the body that is sent: a string without its quotes, everything else as compact
//! JSON.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kontor_core::{Code, Problem};
use md5::{Digest as _, Md5};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Sha256;

/// How requests are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureMethod {
    /// What TEMU's documentation names.
    #[default]
    Md5,
    /// HMAC-SHA256.
    HmacSha256,
}

/// A top-level member of the body: its name and its value as compact JSON text, exactly as it is sent.
pub type Member = (String, Box<RawValue>);

/// The sorted names and values without the secret.
pub fn joined(members: &[Member]) -> String {
    let mut sorted: Vec<&Member> = members.iter().filter(|(name, _)| name != "sign").collect();
    sorted.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    sorted.iter().fold(String::new(), |mut text, (name, value)| {
        text.push_str(name);
        text.push_str(&value_text(value));
        text
    })
}

/// A string's characters without quotes and escapes; the text of anything else.
fn value_text(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

/// The signature of a body's members.
pub fn sign(method: SignatureMethod, secret: &SecretString, members: &[Member]) -> String {
    let joined = joined(members);
    let secret = secret.expose_secret();
    match method {
        SignatureMethod::Md5 => {
            let mut hash = Md5::new();
            hash.update(secret.as_bytes());
            hash.update(joined.as_bytes());
            hash.update(secret.as_bytes());
            upper_hex(&hash.finalize())
        }
        SignatureMethod::HmacSha256 => {
            upper_hex(&hmac_sha256(secret.as_bytes(), joined.as_bytes()))
        }
    }
}

pub(crate) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn upper_hex(bytes: &[u8]) -> String {
    kontor_core::remote::hex(bytes).to_uppercase()
}

/// What `kontor temu sign` shows.
#[derive(Clone, Debug, Serialize)]
pub struct SignPreview {
    /// The text that is hashed, with `***` in the place of secrets.
    pub joined_masked: String,
    /// The signature.
    pub sign: String,
}

/// Signs a call without sending it, for comparison with TEMU's own signature checker.
///
/// # Errors
/// `config.invalid_value` when the parameters are no JSON object, or name a member that every call has anyway.
pub fn sign_preview(
    api: &str,
    params_json: &str,
    timestamp: i64,
    app_key: &SecretString,
    access_token: &SecretString,
    secret: &SecretString,
    method: SignatureMethod,
) -> Result<SignPreview, Problem> {
    let invalid =
        |e: serde_json::Error| Problem::new(Code::ConfigInvalidValue).about("--params").detail(e);
    let business = object_members(params_json).map_err(invalid)?;
    let common = common_members(api, "", "", timestamp).map_err(invalid)?;
    if let Some((name, _)) = business.iter().find(|(n, _)| common.iter().any(|(c, _)| c == n)) {
        let taken = Problem::new(Code::ConfigInvalidValue).about("--params");
        return Err(taken.detail(format!("`{name}` is added by itself")));
    }
    let members = |app_key: &str, token: &str| -> Result<Vec<Member>, Problem> {
        let mut members = common_members(api, app_key, token, timestamp).map_err(invalid)?;
        members.extend(business.iter().cloned());
        Ok(members)
    };
    let real = members(app_key.expose_secret(), access_token.expose_secret())?;
    let shown = joined(&members(app_key.expose_secret(), MASK)?);
    let joined_masked = match method {
        SignatureMethod::Md5 => format!("{MASK}{shown}{MASK}"),
        SignatureMethod::HmacSha256 => shown,
    };
    Ok(SignPreview { joined_masked, sign: sign(method, secret, &real) })
}

const MASK: &str = "***";

/// The members that every call has (temu-api.md, "Common parameters"). `version` is optional and not sent.
pub(crate) fn common_members(
    api: &str,
    app_key: &str,
    access_token: &str,
    timestamp: i64,
) -> Result<Vec<Member>, serde_json::Error> {
    Ok(vec![
        ("type".to_owned(), raw(&api)?),
        ("app_key".to_owned(), raw(&app_key)?),
        ("access_token".to_owned(), raw(&access_token)?),
        ("timestamp".to_owned(), raw(&timestamp)?),
        ("data_type".to_owned(), raw(&"JSON")?),
    ])
}

pub(crate) fn raw(value: &impl Serialize) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::value::to_raw_value(value)
}

/// The members of a JSON object in their order, each minified. `null` and the empty text are left out: how TEMU signs
/// them is not known (temu-api.md section 2, step 3), and they say no more than their absence.
pub(crate) fn object_members(json: &str) -> Result<Vec<Member>, serde_json::Error> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json)?;
    object
        .into_iter()
        .filter(|(_, value)| !value.is_null() && value != "")
        .map(|(name, value)| Ok((name, raw(&value)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign_of(members: &str, secret: &str, method: SignatureMethod) -> String {
        sign(method, &SecretString::from(secret), &object_members(members).expect("an object"))
    }

    const T0_SECRET: &str = "c7e0a1a63542be4de3cb5488f9fba8149e8fc290";

    fn t0(list: &str) -> String {
        let members = format!(
            r#"{{"access_token":"2nifvmpyymvypwmcms5ct4uqqudrwgpmzbcnmkt1jzjkuaf3x56iixym",
            "app_key":"f9d5cc9313893a20d5aa85c654e8f503","data_type":"JSON","sendType":0,"timestamp":1711009072,
            "type":"bg.logistics.shipment.confirm","sendRequestList":{list}}}"#
        );
        sign_of(&members, T0_SECRET, SignatureMethod::Md5)
    }

    #[test]
    fn the_official_example_has_its_signature_in_each_order_of_its_body() {
        let official = r#"[{"orderSendInfoList":[{"quantity":1,"orderSn":"211-21905473070712792","parentOrderSn":"PO-211-21905452099192792","goodsId":601099548666279,"skuId":17592352673534}],"carrierId":"699272611","trackingNumber":"270324232756"}]"#;
        assert_eq!(t0(official), "4CCF219942D4180C6DDA3CE36C1B838F");
        let step_five = r#"[{"carrierId":"699272611","trackingNumber":"270324232756","orderSendInfoList":[{"goodsId":601099548666279,"skuId":17592352673534,"orderSn":"211-21905473070712792","parentOrderSn":"PO-211-21905452099192792","quantity":1}]}]"#;
        assert_eq!(t0(step_five), "DB81A38FE96177E1501A19E7C1268B15");
        let step_one = r#"[{"trackingNumber":"270324232756","carrierId":"699272611","orderSendInfoList":[{"goodsId":601099548666279,"orderSn":"211-21905473070712792","parentOrderSn":"PO-211-21905452099192792","quantity":1,"skuId":17592352673534}]}]"#;
        assert_eq!(t0(step_one), "2858676C9C927F0442FABFC60E304038");
    }

    const T1: &str = r#"{"type":"bg.order.list.v2.get","app_key":"testappkey","access_token":"testtoken","data_type":"JSON","timestamp":1700000000,"pageNumber":1,"pageSize":10}"#;

    #[test]
    fn a_timestamp_signs_alike_as_a_number_and_as_a_text() {
        let expected = "41BC6CDCD41C3A36A7EFCA0361920A02";
        assert_eq!(sign_of(T1, "testsecret", SignatureMethod::Md5), expected);
        let text = T1.replace("1700000000", "\"1700000000\"");
        assert_eq!(sign_of(&text, "testsecret", SignatureMethod::Md5), expected);
    }

    #[test]
    fn the_joined_text_is_sorted_and_without_separators() {
        let members = object_members(T1).expect("an object");
        assert_eq!(
            joined(&members),
            "access_tokentesttokenapp_keytestappkeydata_typeJSONpageNumber1pageSize10timestamp1700000000typebg.order.list.v2.get"
        );
    }

    #[test]
    fn hmac_has_the_value_that_openssl_computes() {
        // printf '%s' "<joined of T1>" | openssl dgst -sha256 -hmac testsecret
        assert_eq!(
            sign_of(T1, "testsecret", SignatureMethod::HmacSha256),
            "BFE10649E50EEC3EEAE4828BBBAC26F3F1E2E414CFC8AE8BB5368E0D9549FEE8"
        );
    }

    #[test]
    fn escapes_and_umlauts_are_signed_as_the_characters_they_stand_for() {
        let members =
            object_members(r#"{"a":"Gr\u00f6\u00dfe \"M\"","b":{"x":"ł"}}"#).expect("an object");
        assert_eq!(joined(&members), "aGröße \"M\"b{\"x\":\"ł\"}");
    }

    #[test]
    fn what_says_nothing_is_neither_signed_nor_sent() {
        let members = object_members(r#"{"a":null,"b":"","c":0,"d":false,"e":{"f":null}}"#);
        assert_eq!(joined(&members.expect("an object")), r#"c0dfalsee{"f":null}"#);
    }

    #[test]
    fn a_preview_of_a_member_that_kontor_adds_is_refused() {
        let key = SecretString::from("k");
        for name in ["type", "timestamp", "access_token"] {
            let params = format!(r#"{{"{name}":1}}"#);
            let problem = sign_preview("t", &params, 1, &key, &key, &key, SignatureMethod::Md5)
                .expect_err("refused");
            assert_eq!(problem.code, Code::ConfigInvalidValue, "{name}");
        }
    }

    #[test]
    fn the_preview_shows_neither_secret_nor_token() {
        let secret = |t: &str| SecretString::from(t);
        let preview = sign_preview(
            "bg.order.list.v2.get",
            r#"{"pageNumber":1}"#,
            1_700_000_000,
            &secret("testappkey"),
            &secret("testtoken"),
            &secret("testsecret"),
            SignatureMethod::Md5,
        )
        .expect("a preview");
        assert!(
            !preview.joined_masked.contains("testtoken")
                && !preview.joined_masked.contains("testsecret")
        );
        assert!(preview.joined_masked.starts_with("***access_token***app_keytestappkey"));
        let expected =
            sign_of(&T1.replace(r#","pageSize":10"#, ""), "testsecret", SignatureMethod::Md5);
        assert_eq!(preview.sign, expected);
    }
}
