//! Prelogin and LOGIN7.

use super::wire::{Malformed, Reader, utf16};

/// Encryption as the prelogin's option byte says it (MS-TDS 2.2.6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Only the login packet is encrypted.
    LoginOnly,
    /// Everything is.
    Full,
    /// Nothing is.
    None,
}

impl Encryption {
    /// What the server answers to what the client asked for; it can do all levels.
    pub(crate) fn answer(self) -> u8 {
        match self {
            Self::LoginOnly => 0,
            Self::Full => 1,
            Self::None => 2,
        }
    }
}

/// Reads the encryption level out of a prelogin message.
pub(crate) fn read_prelogin(payload: &[u8]) -> Result<Encryption, Malformed> {
    const WRONG: Malformed = Malformed("a prelogin option outside its message");
    let mut table = Reader::new(payload);
    loop {
        let token = table.u8()?;
        if token == 0xFF {
            return Err(Malformed("a prelogin without an encryption level"));
        }
        let offset = usize::from(table.u16()?.swap_bytes());
        let length = usize::from(table.u16()?.swap_bytes());
        if token != 1 {
            continue;
        }
        let value = payload.get(offset..offset + length).and_then(<[u8]>::first).ok_or(WRONG)?;
        return Ok(match value {
            0 => Encryption::LoginOnly,
            2 => Encryption::None,
            _ => Encryption::Full,
        });
    }
}

/// The server's prelogin message: version 16.0.1000, the encryption level, no instance check, no
/// thread, no MARS.
pub(crate) fn prelogin_answer(encryption: u8) -> Vec<u8> {
    let options: [(u8, &[u8]); 5] =
        [(0, &[16, 0, 0x03, 0xE8, 0, 0]), (1, &[encryption]), (2, &[0]), (3, &[]), (4, &[0])];
    let mut offset = (options.len() * 5 + 1) as u16;
    let mut out = Vec::new();
    for (token, value) in options {
        out.push(token);
        out.extend(offset.to_be_bytes());
        out.extend((value.len() as u16).to_be_bytes());
        offset += value.len() as u16;
    }
    out.push(0xFF);
    options.iter().for_each(|(_, value)| out.extend_from_slice(value));
    out
}

/// What a client logs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginAttempt {
    /// The login's name.
    pub user: String,
    /// Its password in the clear.
    pub password: String,
    /// The database asked for; empty for the login's default.
    pub database: String,
    /// The program's name.
    pub application: String,
    /// The packet size asked for.
    pub packet_size: u32,
}

impl std::fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginAttempt")
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// Reads a LOGIN7 message (MS-TDS 2.2.6.4).
pub(crate) fn read_login(payload: &[u8]) -> Result<LoginAttempt, Malformed> {
    let mut head = Reader::new(payload);
    head.take(8)?;
    let packet_size = head.u32()?;
    head.take(24)?;
    let mut field = || -> Result<&[u8], Malformed> {
        let offset = usize::from(head.u16()?);
        let length = usize::from(head.u16()?) * 2;
        payload
            .get(offset..)
            .and_then(|rest| rest.get(..length))
            .ok_or(Malformed("a login field outside its message"))
    };
    let _host = field()?;
    let user = utf16(field()?);
    let scrambled: Vec<u8> = field()?.iter().map(|byte| (byte ^ 0xA5).rotate_left(4)).collect();
    let application = utf16(field()?);
    let _server = field()?;
    head.take(12)?;
    let mut reader = Reader::new(head.take(4)?);
    let offset = usize::from(reader.u16()?);
    let length = usize::from(reader.u16()?) * 2;
    let database = payload
        .get(offset..)
        .and_then(|rest| rest.get(..length))
        .ok_or(Malformed("a login field outside its message"))?;
    Ok(LoginAttempt {
        user,
        password: utf16(&scrambled),
        database: utf16(database),
        application,
        packet_size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_as_a_login_or_prelogin_never_panic() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..50_000 {
            let length = random.usize(0..200);
            let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
            let _ = read_login(&bytes);
            let _ = read_prelogin(&bytes);
        }
    }

    #[test]
    fn the_answer_repeats_the_level_where_its_table_says() {
        for level in [Encryption::LoginOnly, Encryption::Full, Encryption::None] {
            assert_eq!(read_prelogin(&prelogin_answer(level.answer())), Ok(level));
        }
    }
}
