//! TEMU's error codes (temu-api.md 3.9 and the lists of each API) as Kontor's problems.

use kontor_core::{Code, Problem};

/// The problem that a refused call means. `message` is TEMU's own text.
pub(crate) fn refusal(api: &str, error_code: i64, message: &str) -> Problem {
    let text: String = message.chars().take(200).collect();
    Problem::new(code(error_code)).detail(format!("{api}: {error_code} {text}"))
}

fn code(error_code: i64) -> Code {
    match error_code {
        4_000_000 | 5_000_001 | 6_000_001 | 150_010_005 | 120_014_006 => Code::TemuServerError,
        4_000_004 => Code::TemuRateLimited,
        140_020_008 | 140_020_009 => Code::TemuNotReady,
        3_000_001 | 3_000_040 | 7_000_015 => Code::TemuSignatureRejected,
        3_000_011 | 3_000_012 => Code::TemuClockSkew,
        3_000_002..=3_000_004 => Code::TemuApiUnknown,
        3_000_019..=3_000_022 | 3_000_025..=3_000_028 => Code::TemuAppRejected,
        3_000_030 | 3_000_031 | 3_000_033 | 7_000_018 | 7_000_020 => Code::TemuTokenRejected,
        3_000_034 | 7_000_007 => Code::TemuTokenExpired,
        3_000_032 | 5_000_000 => Code::TemuScopeMissing,
        5_000_003 => Code::TemuIpNotAllowed,
        120_011_072 => Code::TemuAreaWrong,
        180_020_008 | 120_011_031 | 140_020_003 => Code::TemuAgreementMissing,
        _ => Code::TemuRequestRejected,
    }
}

/// The problem that a refused shipment means; `None` when it means the same as for any other call.
pub(crate) fn shipment_refusal(error_code: i64) -> Option<Code> {
    match error_code {
        120_014_001 | 120_014_020 | 120_014_022 | 120_014_023 => {
            Some(Code::ShipmentTrackingRejected)
        }
        120_012_004 | 120_014_003 | 120_014_004 => Some(Code::ShipmentTrackingUsed),
        120_012_030 | 120_017_007 | 120_012_023 | 120_012_031 => {
            Some(Code::ShipmentBlockedByRequest)
        }
        120_015_527 | 120_011_085 => Some(Code::ShipmentWarehouseMissing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_by_itself_is_tried_again() {
        for transient in [4_000_000, 4_000_004, 140_020_008, 140_020_009, 150_010_005, 120_014_006]
        {
            assert!(refusal("x", transient, "").is_transient(), "{transient}");
        }
        for lasting in
            [3_000_001, 3_000_012, 3_000_032, 3_000_034, 5_000_003, 180_020_008, 3_000_000, 20_006]
        {
            assert!(!refusal("x", lasting, "").is_transient(), "{lasting}");
        }
    }
}
