//! A look at the raw bytes before the PDF library gets them: the library unfolds a compressed stream whole, so a small
//! file could fill the memory. Here every stream is unfolded into nothing, and counted.

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;

use super::Unreadable;
use crate::limits::Limits;

/// Streams in one file.
const MAX_STREAMS: usize = 50_000;
/// Raw bytes of a stream whose filter unfolds without being counted here (LZW, run length, text forms of deflate).
const MAX_UNCOUNTED: usize = 192 << 10;
/// Raw bytes of a whole file that is encrypted: its streams cannot be counted.
const MAX_ENCRYPTED: usize = 512 << 10;
/// Deflate within deflate within …
const MAX_CHAIN: usize = 3;

/// Refuses what would cost more than `limits`.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let encrypted = is_encrypted(bytes);
    if encrypted && bytes.len() > MAX_ENCRYPTED {
        return Err(Unreadable::Encrypted);
    }
    if memmem::rfind(bytes, b"%%EOF").is_none() {
        return Err(Unreadable::Broken("no PDF, or cut off: its end is missing"));
    }
    let mut budget = Budget { left: limits.total_bytes, stream: limits.stream_bytes };
    let mut before = 0;
    for (count, at) in memmem::find_iter(bytes, b"stream").enumerate() {
        if count > 2 * MAX_STREAMS {
            return Err(Unreadable::Broken("too many streams"));
        }
        let Some(start) = data_start(bytes, at) else { continue };
        let dictionary = &bytes[before.min(at)..at];
        before = start;
        let rest = &bytes[start..];
        if unfolds_uncounted(dictionary) {
            let end = memmem::find(rest, b"endstream").unwrap_or(rest.len());
            if end > MAX_UNCOUNTED {
                return Err(Unreadable::Broken("a stream in a wasteful form is too large"));
            }
        }
        let whole = budget.spend(rest, is_image(dictionary))?;
        let names_deflate = contains(dictionary, b"Flate") && !is_image(dictionary);
        if names_deflate && !encrypted && !whole && looks_like_zlib(rest) {
            return Err(Unreadable::Broken("a compressed part is damaged or cut off"));
        }
    }
    Ok(())
}

/// Where the data begins when `stream` at `at` is the keyword.
fn data_start(bytes: &[u8], at: usize) -> Option<usize> {
    let after = at + b"stream".len();
    if bytes[..at].ends_with(b"end") {
        return None;
    }
    match (bytes.get(after)?, bytes.get(after + 1)) {
        (b'\r', Some(b'\n')) => Some(after + 2),
        (b'\r' | b'\n', _) => Some(after + 1),
        (b' ' | b'\t', _) => {
            let blanks = bytes[after..].iter().take_while(|b| b.is_ascii_whitespace()).count();
            Some(after + blanks)
        }
        _ => None,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memmem::find(haystack, needle).is_some()
}

/// Whether the file says that it is encrypted.
pub(crate) fn is_encrypted(bytes: &[u8]) -> bool {
    contains(bytes, b"/Encrypt")
}

fn is_image(dictionary: &[u8]) -> bool {
    contains(dictionary, b"/Image") && !contains(dictionary, b"/ObjStm")
}

/// LZW, run length, hexadecimal and base 85 names, a name that hides behind escapes, or a filter named elsewhere.
fn unfolds_uncounted(dictionary: &[u8]) -> bool {
    let names: [&[u8]; 8] =
        [b"LZW", b"/RunLength", b"/RL", b"/ASCII85", b"/A85", b"/ASCIIHex", b"/AHx", b"#"];
    let named = names.iter().any(|name| contains(dictionary, name));
    let elsewhere = memmem::rfind(dictionary, b"/Filter").is_some_and(|at| {
        let after = dictionary[at + b"/Filter".len()..].trim_ascii_start();
        let after = after.strip_prefix(b"[").unwrap_or(after).trim_ascii_start();
        after.first().is_some_and(u8::is_ascii_digit)
    });
    named || elsewhere
}

struct Budget {
    left: u64,
    stream: u64,
}

impl Budget {
    /// Unfolds `data` into nothing; whether it came to its end. A stream that is not deflate ends at once.
    fn spend(&mut self, data: &[u8], is_image: bool) -> Result<bool, Unreadable> {
        let mut whole = false;
        for zlib in [true, false] {
            let limit = self.stream.min(self.left);
            let unfolded = unfolded(data, zlib, limit, 1);
            if unfolded.size > self.stream {
                return Err(Unreadable::Broken("a stream unfolds without end"));
            }
            if !is_image {
                self.left = self
                    .left
                    .checked_sub(unfolded.size)
                    .ok_or(Unreadable::Broken("the streams unfold without end"))?;
            }
            whole |= unfolded.whole;
            if unfolded.size > 0 {
                break;
            }
        }
        Ok(whole)
    }
}

struct Unfolded {
    size: u64,
    /// The stream has its end, and its check sum is right.
    whole: bool,
}

/// Bytes that deflate makes of `data`, counted until just beyond `limit`. What it makes is looked at again, because filters
/// can be chained.
fn unfolded(data: &[u8], zlib: bool, limit: u64, level: usize) -> Unfolded {
    let mut inflate = Decompress::new(zlib);
    let mut window = vec![0_u8; 1 << 16];
    let mut inner: Option<Vec<u8>> = None;
    let mut whole = false;
    while inflate.total_out() <= limit {
        let consumed = usize::try_from(inflate.total_in()).unwrap_or(usize::MAX);
        let (input, before) = (data.get(consumed..).unwrap_or_default(), inflate.total_out());
        let status = inflate.decompress(input, &mut window, FlushDecompress::None);
        let made = usize::try_from(inflate.total_out() - before).unwrap_or(0);
        let made = window.get(..made).unwrap_or_default();
        match &mut inner {
            None if before == 0 && looks_like_zlib(made) => inner = Some(made.to_vec()),
            Some(kept) if kept.len() < (4 << 20) => kept.extend_from_slice(made),
            _ => {}
        }
        whole = matches!(status, Ok(Status::StreamEnd));
        if !matches!(status, Ok(Status::Ok)) || made.is_empty() {
            break;
        }
    }
    let deeper = match inner {
        Some(inner) if level < MAX_CHAIN => unfolded(&inner, true, limit, level + 1).size,
        // A chain this long is made to do harm.
        Some(_) => limit + 1,
        None => 0,
    };
    Unfolded { size: inflate.total_out().max(deeper), whole }
}

fn looks_like_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => {
            method & 0x0f == 8
                && method >> 4 <= 7
                && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0
        }
        _ => false,
    }
}
