//! The server's certificate, and the TLS handshake that TDS 7.x hides in prelogin packets.

use super::packet::{PRELOGIN, packets, read_packet};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

/// The certificate could not be made or was refused by the TLS library.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The certificate could not be generated.
    #[error("the sandbox's certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS could not be set up with it.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// A certificate for `localhost` and 127.0.0.1, signed by an authority of its own, both made for
/// this start only.
pub struct Identity {
    config: Arc<ServerConfig>,
    ca_pem: String,
}

impl Identity {
    /// Makes an authority and a certificate.
    ///
    /// # Errors
    /// When the keys or the certificates cannot be generated.
    pub fn generate() -> Result<Self, IdentityError> {
        let mut authority = CertificateParams::new(Vec::<String>::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "Kontor sandbox authority");
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut server = CertificateParams::new(names)?;
        server.distinguished_name.push(DnType::CommonName, "Kontor sandbox SQL Server");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let server_key = KeyPair::generate()?;
        let server_certificate = server.signed_by(&server_key, &issuer)?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12])?
            .with_no_client_auth()
            .with_single_cert(vec![server_certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
        Ok(Self { config: Arc::new(config), ca_pem: authority_certificate.pem() })
    }

    /// The authority's certificate as PEM, for the client's trust store.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The handshake of TDS 8.0 ("strict"): plain TLS before the first packet.
    pub(crate) fn accept_strict(&self, tcp: &mut TcpStream) -> io::Result<Box<ServerConnection>> {
        let mut tls = Box::new(self.connection()?);
        while tls.is_handshaking() {
            tls.complete_io(tcp)?;
        }
        Ok(tls)
    }

    /// The handshake of TDS 7.x: every flight is the payload of prelogin packets.
    pub(crate) fn accept_wrapped(&self, tcp: &mut TcpStream) -> io::Result<Box<ServerConnection>> {
        let mut tls = Box::new(self.connection()?);
        loop {
            send_flight(&mut tls, tcp)?;
            if !tls.is_handshaking() {
                return Ok(tls);
            }
            let (kind, _, payload) = read_packet(tcp)?;
            if kind != PRELOGIN {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "another packet in the middle of the TLS handshake",
                ));
            }
            let mut rest = payload.as_slice();
            while !rest.is_empty() {
                tls.read_tls(&mut rest)?;
                let state = tls.process_new_packets();
                if let Err(error) = state {
                    send_flight(&mut tls, tcp)?;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            }
        }
    }

    fn connection(&self) -> io::Result<ServerConnection> {
        ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)
    }
}

fn send_flight(tls: &mut ServerConnection, tcp: &mut TcpStream) -> io::Result<()> {
    let mut flight = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut flight)?;
    }
    if flight.is_empty() {
        return Ok(());
    }
    tcp.write_all(&packets(PRELOGIN, &flight, 4096))?;
    tcp.flush()
}
