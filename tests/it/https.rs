//! A ledger behind TLS, as a public one is: read with a certificate of a city's own authority, and refused
//! without it.

use crate::http_server::Server;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority of nobody else's, made anew in each test, and what it writes.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What terminates TLS for `localhost`.
    fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A proxy that takes TLS off and passes the bytes on; it ends with the runtime.
fn proxy(runtime: &Runtime, acceptor: TlsAcceptor, to: SocketAddr) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away here.
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let mut server = TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

/// Exit code and both outputs of the program, with the certificates of a file or this machine's alone.
fn run(arguments: &[&str], certificates: Option<&Path>) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
    command.args(arguments).env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    if let Some(path) = certificates {
        command.env("SSL_CERT_FILE", path);
    }
    let ran = command.output().unwrap();
    (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
}

/// The same with the certificates of a file named.
fn naming<'a>(arguments: &[&'a str], ca: &'a Path) -> Vec<&'a str> {
    [arguments, &["--ca", ca.to_str().unwrap()]].concat()
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_ledger_over_https_is_audited_with_its_citys_certificate_and_refused_without() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start("https", |_| {});
    let (city, other) = (Authority::new("city"), Authority::new("other"));
    let runtime = Runtime::new().unwrap();
    let address = proxy(&runtime, city.acceptor(), server.address);
    let url = format!("https://localhost:{}", address.port());
    let trusted = written(folder.path(), "city.pem", &city.pem);
    let strange = written(folder.path(), "other.pem", &other.pem);
    let vkey = server.vkey.to_string();
    let audit = ["audit", "--url", &url, "--vkey", &vkey];
    let (code, said) = run(&audit, Some(&trusted));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("right: 5 entries"), "{said}");
    // By a file that is named, whatever this machine trusts; and by that alone.
    let (code, said) = run(&naming(&audit, &trusted), Some(&strange));
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&naming(&audit, &strange), Some(&trusted));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("the server's certificate is not trusted"), "{said}");
    for text in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        let none = written(folder.path(), "none.pem", text);
        let (code, said) = run(&naming(&audit, &none), Some(&trusted));
        assert_eq!(code, Some(2), "{text}: {said}");
        assert!(said.contains("certificate stands there"), "{text}: {said}");
    }
    // What is given is used or refused.
    let plain = format!("http://{address}");
    for elsewhere in [["--url", plain.as_str()], ["--dir", "."]] {
        let ca = trusted.to_str().unwrap();
        let (code, said) = run(&[&["audit", "--vkey", &vkey, "--ca", ca], &elsewhere[..]].concat(), None);
        assert_eq!(code, Some(2), "{said}");
    }
    // Another authority's, and what this machine trusts by itself.
    for certificates in [Some(strange.as_path()), None] {
        let (code, said) = run(&audit, certificates);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("the server's certificate is not trusted"), "{said}");
        assert!(said.contains("SSL_CERT_FILE"), "{said}");
    }
    // The other clients of the program are the same client.
    let show = ["show", "authorities", "--url", &url];
    assert_eq!(run(&show, Some(&trusted)).0, Some(0));
    let (code, said) = run(&show, Some(&strange));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("the server's certificate is not trusted"), "{said}");
    // A certificate is of a name: this address is another.
    let by_number = format!("https://{address}");
    let (code, said) = run(&["audit", "--url", &by_number, "--vkey", &vkey], Some(&trusted));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("the server's certificate is not trusted"), "{said}");
    drop(runtime);
    assert_eq!(server.finish(), 5);
}
