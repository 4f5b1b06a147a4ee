//! Packets: the eight-byte header, messages cut into packets, and the link they travel on.

use rustls::ServerConnection;
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The header's length.
pub(crate) const HEADER: usize = 8;
/// More than any client of this server has a reason to send in one message.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

pub(crate) const BATCH: u8 = 0x01;
pub(crate) const RPC: u8 = 0x03;
pub(crate) const ANSWER: u8 = 0x04;
pub(crate) const ATTENTION: u8 = 0x06;
pub(crate) const TRANSACTION: u8 = 0x0E;
pub(crate) const LOGIN: u8 = 0x10;
pub(crate) const PRELOGIN: u8 = 0x12;

const END_OF_MESSAGE: u8 = 0x01;
const IGNORE: u8 = 0x02;
const RESET: u8 = 0x08 | 0x10;

/// One whole message of the client.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) kind: u8,
    /// The client asks for a fresh session before this message.
    pub(crate) reset: bool,
    pub(crate) payload: Vec<u8>,
}

/// The connection, in the clear or under TLS.
pub(crate) struct Link {
    pub(crate) tcp: TcpStream,
    pub(crate) tls: Option<Box<ServerConnection>>,
}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.tls.as_deref_mut() {
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).read(buffer),
            None => self.tcp.read(buffer),
        }
    }
}

impl Write for Link {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self.tls.as_deref_mut() {
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).write(buffer),
            None => self.tcp.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.tls.as_deref_mut() {
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).flush(),
            None => self.tcp.flush(),
        }
    }
}

/// Reads one packet: its type, its status byte and its payload.
pub(crate) fn read_packet(from: &mut impl Read) -> io::Result<(u8, u8, Vec<u8>)> {
    let mut header = [0u8; HEADER];
    from.read_exact(&mut header)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let body = length.checked_sub(HEADER).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "a packet shorter than its own header")
    })?;
    let mut payload = vec![0u8; body];
    from.read_exact(&mut payload)?;
    Ok((header[0], header[1], payload))
}

/// Reads packets up to the end of a message. A message that its client gave up is skipped.
pub(crate) fn read_message(from: &mut impl Read) -> io::Result<Message> {
    loop {
        let (kind, first_status, mut payload) = read_packet(from)?;
        let mut status = first_status;
        while status & END_OF_MESSAGE == 0 {
            let (next_kind, next_status, more) = read_packet(from)?;
            if next_kind != kind || payload.len() + more.len() > MAX_MESSAGE {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a message of mixed packets or beyond 64 MiB",
                ));
            }
            payload.extend(more);
            status = next_status;
        }
        if status & IGNORE == 0 {
            return Ok(Message { kind, reset: first_status & RESET != 0, payload });
        }
    }
}

/// A message cut into packets of at most `packet_size` bytes, headers included.
pub(crate) fn packets(kind: u8, payload: &[u8], packet_size: usize) -> Vec<u8> {
    let room = packet_size.clamp(512, 32_767) - HEADER;
    let count = payload.len().div_ceil(room).max(1);
    let mut out = Vec::with_capacity(payload.len() + count * HEADER);
    for index in 0..count {
        let body = &payload[index * room..payload.len().min((index + 1) * room)];
        let status = if index + 1 == count { END_OF_MESSAGE } else { 0 };
        out.extend([kind, status]);
        out.extend(((body.len() + HEADER) as u16).to_be_bytes());
        out.extend([0, 0, (index + 1) as u8, 0]);
        out.extend_from_slice(body);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cut_into_packets_is_read_back_whole() {
        for length in [0, 1, 504, 505, 100_000] {
            let payload: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let wire = packets(BATCH, &payload, 512);
            let message = read_message(&mut wire.as_slice()).unwrap();
            assert_eq!((message.kind, message.payload), (BATCH, payload));
        }
    }

    #[test]
    fn a_packet_that_claims_less_than_its_header_is_refused() {
        assert!(read_packet(&mut [1u8, 1, 0, 3, 0, 0, 0, 0].as_slice()).is_err());
    }
}
