//! Reading and writing the little-endian pieces of TDS. Every read is checked: a client's bytes can
//! be wrong in any way and must only ever end in [`Malformed`].

/// The client sent bytes that are not TDS as MS-TDS describes it. Carries what was being read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed TDS data: {0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// A checked cursor over one message's payload.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Bytes not yet read.
    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) =
            self.rest.split_at_checked(count).ok_or(Malformed("the message ends too early"))?;
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut out = [0u8; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// `B_VARCHAR`: one length byte in characters, then UTF-16.
    pub(crate) fn b_varchar(&mut self) -> Result<String, Malformed> {
        let chars = usize::from(self.u8()?);
        Ok(utf16(self.take(chars * 2)?))
    }

    /// A partially length-prefixed value (MS-TDS 2.2.5.2.3); `None` is NULL.
    pub(crate) fn plp(&mut self) -> Result<Option<Vec<u8>>, Malformed> {
        if self.u64()? == u64::MAX {
            return Ok(None);
        }
        let mut out = Vec::new();
        loop {
            let chunk = self.u32()? as usize;
            if chunk == 0 {
                return Ok(Some(out));
            }
            out.extend_from_slice(self.take(chunk)?);
        }
    }
}

/// UTF-16 little-endian to text; a lone surrogate becomes U+FFFD, as SQL Server would store it and
/// no Rust text can hold it.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    char::decode_utf16(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Text as UTF-16 little-endian.
pub(crate) fn to_utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Appends a `B_VARCHAR`, cut to the 255 characters that its length byte can say.
pub(crate) fn put_b_varchar(out: &mut Vec<u8>, text: &str) {
    let units: Vec<u16> = text.encode_utf16().take(usize::from(u8::MAX)).collect();
    out.push(units.len() as u8);
    out.extend(units.into_iter().flat_map(u16::to_le_bytes));
}

/// Appends a `US_VARCHAR`, cut to `limit` characters.
pub(crate) fn put_us_varchar(out: &mut Vec<u8>, text: &str, limit: u16) {
    let units: Vec<u16> = text.encode_utf16().take(usize::from(limit)).collect();
    out.extend((units.len() as u16).to_le_bytes());
    out.extend(units.into_iter().flat_map(u16::to_le_bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_the_message_is_malformed_and_no_panic() {
        assert!(Reader::new(&[200, 1, 0]).b_varchar().is_err());
        assert!(Reader::new(&[0; 7]).u64().is_err());
        let endless = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 9, 0, 0, 0, 1];
        assert!(Reader::new(&endless).plp().is_err());
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        assert_eq!(utf16(&[0x00, 0xD8, 0x41, 0x00]), "\u{FFFD}A");
    }
}
