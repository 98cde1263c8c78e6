//! A log read over HTTP by its tiles (C2SP tlog-tiles): ours, or anybody's.
//!
//! What is read is what was sent: nothing is verified here but its form.

use crate::signing::{Signing, SigningError};
use flate2::read::MultiGzDecoder;
use std::io::Read as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tlog::hash::TreeHash;
use tlog::tile::{TileError, TileId, TileKind};
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use zeroize::Zeroizing;

/// Longest answer: 256 entries of the greatest length, and their lengths.
const MAX_ANSWER: u64 = 256 * 65_537;
/// How often a server that does not answer, or is too busy, is asked again.
const PATIENCE: u32 = 4;
/// What the type of each problem of a ledger begins with.
const PROBLEMS: &str = "urn:credit-ledger:problem:";
/// The wait before the first time; twice as long before each next.
const PAUSE: Duration = Duration::from_millis(200);
/// How long is waited for a connection, and for an answer.
const CALM: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(120));
/// The same where nobody is to be waited for.
const HASTE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));

/// A log at a URL.
#[derive(Clone)]
pub struct TileClient {
    agent: Agent,
    base: String,
    /// How often a server that does not answer, or is too busy, is asked.
    patience: u32,
    /// With what it is shown who asks for openings.
    signing: Option<Signing>,
}

/// Certificates of authorities that are trusted, and no others.
#[derive(Clone, Debug)]
pub struct Authorities(Arc<Vec<Certificate<'static>>>);

impl Authorities {
    /// Reads the PEM of one or more.
    pub fn parse(pem: &[u8]) -> Result<Self, String> {
        let mut certificates = Vec::new();
        for item in parse_pem(pem) {
            match item.map_err(|error| error.to_string())? {
                PemItem::Certificate(certificate) => certificates.push(certificate),
                _ => return Err("something else than a certificate stands there".to_owned()),
            }
        }
        if certificates.is_empty() {
            return Err("no certificate stands there".to_owned());
        }
        Ok(Self(Arc::new(certificates)))
    }
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TileClientError {
    /// Not a URL that can be asked.
    #[error("{found:?} is no URL of a log: {expected}")]
    Url {
        /// The URL given.
        found: String,
        /// What can be asked.
        expected: &'static str,
    },
    /// Nobody answers, or the answer breaks off.
    #[error("{url}: {reason}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// Whoever answers shows no certificate that this machine trusts.
    #[error("{url}: {reason}")]
    Untrusted {
        /// What was asked for.
        url: String,
        /// What is wrong with the certificate, and what names others to trust.
        reason: String,
    },
    /// Another status than 200.
    #[error("{url}: status {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// Whoever asks may not have what opens the entries.
    #[error("{url}: status {status}, {problem}")]
    Refused {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
        /// The last part of the problem's type.
        problem: String,
    },
    /// The request could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The server says of itself that what was asked for is damaged there.
    #[error("{url}: the ledger is damaged here, as its server says{}", place.as_ref().map(|place| format!(": {place}")).unwrap_or_default())]
    Damaged {
        /// What was asked for.
        url: String,
        /// Where, in its words.
        place: Option<String>,
    },
    /// A tile of another length than its width says.
    #[error("{url}: {fault}")]
    Tile {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        fault: TileError,
    },
}

/// A client of the server at a URL, and the URL without a slash at its end.
///
/// Over `https` the certificates to trust are this machine's, or those of the file that `SSL_CERT_FILE` names.
pub fn agent(url: &str) -> Result<(Agent, String), TileClientError> {
    agent_trusting(url, RootCerts::PlatformVerifier, CALM)
}

/// The same, which trusts these certificates, and waits so long for a connection, and for an answer.
fn agent_trusting(
    url: &str,
    trusted: RootCerts,
    (connect, answer): (Duration, Duration),
) -> Result<(Agent, String), TileClientError> {
    let wrong = || TileClientError::Url {
        found: url.to_owned(),
        expected: "http://HOST[:PORT][/PATH], or https, is expected",
    };
    let parsed: Uri = url.parse().map_err(|_| wrong())?;
    let host = parsed.host().unwrap_or_default();
    if !matches!(parsed.scheme_str(), Some("http" | "https")) || host.is_empty() {
        return Err(wrong());
    }
    let near = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(trusted);
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_idle_connections_per_host(16)
        .tls_config(tls.build())
        .timeout_connect(Some(connect))
        .timeout_global(Some(answer));
    if near {
        // On this machine packing costs more than it saves.
        config = config.proxy(None).accept_encoding("identity");
    }
    Ok((config.build().into(), url.trim_end_matches('/').to_owned()))
}

/// Why a server could not be asked, in words.
pub fn reason(error: &ureq::Error) -> String {
    untrusted(error).unwrap_or_else(|| error.to_string())
}

/// Why its certificate is not trusted, where that is why.
fn untrusted(error: &ureq::Error) -> Option<String> {
    let fault = match error {
        // Before anything was sent: this machine trusts nobody's certificates.
        ureq::Error::Rustls(fault @ rustls::Error::General(_)) => fault,
        ureq::Error::Rustls(fault @ rustls::Error::InvalidCertificate(_)) => fault,
        ureq::Error::Io(error) => error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .filter(|fault| matches!(fault, rustls::Error::InvalidCertificate(_)))?,
        _ => return None,
    };
    Some(format!(
        "the server's certificate is not trusted: {fault}; SSL_CERT_FILE names a file of certificates to trust in place of this machine's"
    ))
}

impl TileClient {
    /// The log at `url`, such as `https://credit.example`.
    pub fn new(url: &str) -> Result<Self, TileClientError> {
        let (agent, base) = agent(url)?;
        Ok(Self { agent, base, patience: PATIENCE, signing: None })
    }

    /// The same, which asks once and waits for seconds only.
    pub fn hasty(url: &str) -> Result<Self, TileClientError> {
        let (agent, base) = agent_trusting(url, RootCerts::PlatformVerifier, HASTE)?;
        Ok(Self { agent, base, patience: 1, signing: None })
    }

    /// The log at `url`, over `https` with these certificates to trust in the place of this machine's.
    pub fn trusting(url: &str, Authorities(trusted): Authorities) -> Result<Self, TileClientError> {
        if !url.starts_with("https://") {
            let expected = "https://HOST[:PORT][/PATH] is expected, where certificates to trust are given";
            return Err(TileClientError::Url { found: url.to_owned(), expected });
        }
        let (agent, base) = agent_trusting(url, RootCerts::Specific(trusted), CALM)?;
        Ok(Self { agent, base, patience: PATIENCE, signing: None })
    }

    /// The same, which asks for openings as whose key this is.
    #[must_use]
    pub fn signing(self, signing: Signing) -> Self {
        Self { signing: Some(signing), ..self }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// The newest checkpoint's bytes.
    pub fn checkpoint(&self) -> Result<Vec<u8>, TileClientError> {
        self.get("checkpoint")
    }

    /// The newest checkpoint whose cosignatures meet the ledger's policy; a 404 where there is none.
    pub fn witnessed(&self) -> Result<Vec<u8>, TileClientError> {
        self.get("checkpoint/witnessed")
    }

    /// The checkpoint that a witness at this URL cosigned last of the log whose folder this is (C2SP
    /// tlog-witness).
    pub fn cosigned(&self, folder: &str) -> Result<Vec<u8>, TileClientError> {
        self.get(&format!("{folder}/checkpoint"))
    }

    /// The hashes of a tile.
    pub fn hashes(&self, tile: TileId) -> Result<Vec<TreeHash>, TileClientError> {
        let bytes = self.tile(tile)?;
        tile.hashes(&bytes).map_err(|fault| self.malformed(tile, fault))
    }

    /// A bundle of entries, which [`TileId::entries`] reads.
    pub fn bundle(&self, tile: TileId) -> Result<Vec<u8>, TileClientError> {
        self.tile(tile)
    }

    /// What opens the entries of a bundle, which `ledger_spec::sealed::read_bundle` reads. A ledger gives it to whom it knows for
    /// an auditor, and writes down each time.
    pub fn openings(&self, tile: TileId) -> Result<Zeroizing<Vec<u8>>, TileClientError> {
        self.asked(&format!("openings/{}", tile.place()), self.signing.as_ref()).map(Zeroizing::new)
    }

    /// What is wrong with a tile that was sent.
    pub fn malformed(&self, tile: TileId, fault: TileError) -> TileClientError {
        TileClientError::Tile { url: format!("{}/tile/{tile}", self.base), fault }
    }

    /// A tile's bytes. A partial one may be gone once the full one is there: then its part of that.
    fn tile(&self, tile: TileId) -> Result<Vec<u8>, TileClientError> {
        match self.held(tile) {
            Err(TileClientError::Status { status: 404, .. }) if !tile.is_full() => {
                let full = self.held(tile.full())?;
                first_part(tile, full).map_err(|fault| self.malformed(tile.full(), fault))
            }
            other => other,
        }
    }

    /// A tile's bytes: as they are, or as a static host holds them, packed under `.gz`.
    fn held(&self, tile: TileId) -> Result<Vec<u8>, TileClientError> {
        let path = format!("tile/{tile}");
        match self.get(&path) {
            Err(none @ TileClientError::Status { status: 404, .. }) => {
                match self.get(&format!("{path}.gz")) {
                    Ok(packed) => unpacked(&format!("{}/{path}.gz", self.base), &packed),
                    Err(TileClientError::Status { status: 404, .. }) => Err(none),
                    Err(other) => Err(other),
                }
            }
            other => other,
        }
    }

    fn get(&self, path: &str) -> Result<Vec<u8>, TileClientError> {
        self.asked(path, None)
    }

    /// A path's bytes, asked for again where the server is busy or gone for a moment: each time signed anew.
    fn asked(&self, path: &str, signing: Option<&Signing>) -> Result<Vec<u8>, TileClientError> {
        let url = format!("{}/{path}", self.base);
        let mut asked = 0;
        loop {
            let answer = self.ask(&url, signing);
            asked += 1;
            let again = match &answer {
                Err(TileClientError::Unreachable { .. }) => true,
                Err(TileClientError::Status { status, .. }) => matches!(status, 429 | 500..=599),
                // A server answers nothing that was signed in the second in which it began.
                Err(TileClientError::Refused { problem, .. }) => problem == "request-not-fresh",
                _ => false,
            };
            if !again || asked == self.patience {
                return answer;
            }
            thread::sleep(PAUSE * 2_u32.pow(asked - 1));
        }
    }

    fn ask(&self, url: &str, signing: Option<&Signing>) -> Result<Vec<u8>, TileClientError> {
        let unreachable = |error: ureq::Error| match untrusted(&error) {
            Some(reason) => TileClientError::Untrusted { url: url.to_owned(), reason },
            None => TileClientError::Unreachable { url: url.to_owned(), reason: error.to_string() },
        };
        let fields =
            signing.map(|signing| signing.stated.fields(&signing.key, ("GET", url), None)).transpose()?;
        let request = fields
            .into_iter()
            .flatten()
            .fold(self.agent.get(url), |request, (name, value)| request.header(name, value));
        let response = request.call().map_err(unreachable)?;
        let status = response.status().as_u16();
        // Of what the client unpacks itself it takes the field away; it knows but one spelling.
        let packed = response.headers().get("content-encoding").is_some_and(|coding| {
            let is = |name: &str| coding.as_bytes().eq_ignore_ascii_case(name.as_bytes());
            is("gzip") || is("x-gzip")
        });
        let body = response.into_body().into_with_config().limit(MAX_ANSWER).read_to_vec();
        let mut body = body.map_err(unreachable)?;
        if packed {
            body = unpacked(url, &body)?;
        }
        let url = url.to_owned();
        match said_damaged(status, &body) {
            _ if status == 200 => Ok(body),
            Some(place) => Err(TileClientError::Damaged { url, place }),
            None => match said_refused(status, &body) {
                Some(problem) => Err(TileClientError::Refused { url, status, problem }),
                None => Err(TileClientError::Status { url, status }),
            },
        }
    }
}

/// What gzip packed, no more than an answer may be.
fn unpacked(url: &str, packed: &[u8]) -> Result<Vec<u8>, TileClientError> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(MAX_ANSWER + 1).read_to_end(&mut bytes);
    let fits = read.is_ok_and(|length| u64::try_from(length).is_ok_and(|length| length <= MAX_ANSWER));
    let reason = "it is not what gzip packed, or too long".to_owned();
    if fits { Ok(bytes) } else { Err(TileClientError::Unreachable { url: url.to_owned(), reason }) }
}

/// What the problem document of a ledger says of damage, which is no trouble of the moment: where it is.
fn said_damaged(status: u16, body: &[u8]) -> Option<Option<String>> {
    let problem: serde_json::Value = serde_json::from_slice(body).ok().filter(|_| status == 500)?;
    let damaged = problem.get("type")?.as_str()?.strip_prefix(PROBLEMS)? == "damaged";
    damaged.then(|| Some(problem.get("found")?.as_str()?.to_owned()))
}

/// Why a ledger does not give what was asked for to who asks: the problem's own name.
fn said_refused(status: u16, body: &[u8]) -> Option<String> {
    let refused = matches!(status, 400 | 401 | 403 | 409 | 421);
    let problem: serde_json::Value = serde_json::from_slice(body).ok().filter(|_| refused)?;
    problem.get("type")?.as_str()?.strip_prefix(PROBLEMS).map(str::to_owned)
}

/// The first part of a full tile that a partial one is.
fn first_part(tile: TileId, mut full: Vec<u8>) -> Result<Vec<u8>, TileError> {
    let length = match tile.kind() {
        TileKind::Hashes(_) => {
            tile.full().hashes(&full)?;
            usize::from(tile.width()) * TreeHash::LEN
        }
        TileKind::Entries => {
            let entries = tile.full().entries(&full)?;
            entries.iter().take(usize::from(tile.width())).map(|entry| entry.len() + 2).sum()
        }
    };
    full.truncate(length);
    Ok(full)
}
