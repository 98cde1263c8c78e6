//! Requests that are signed (RFC 9421), as tests send them to a server whose name is `t`.

use ledger_spec::request::{NewRequest, Purpose};
use ledger_spec::time::RecordedTime;
use tlog::key::SecretKey;

/// A request before it is signed.
pub struct Signed {
    pub method: &'static str,
    pub path: &'static str,
    pub body: String,
    pub key: SecretKey,
    pub nonce: u8,
    pub at: RecordedTime,
}

/// A moment before anything was recorded, for servers whose clock stands.
pub fn noon() -> RecordedTime {
    RecordedTime::from_micros(1_793_505_600_000_000)
}

/// A second later.
pub fn later() -> RecordedTime {
    RecordedTime::from_micros(noon().micros() + 1_000_000)
}

impl Signed {
    /// The fields that sign it, each line ended.
    pub fn fields(&self) -> String {
        let new = NewRequest {
            method: self.method,
            authority: "t",
            path: self.path,
            query: None,
            body: Some(self.body.as_bytes()),
            purpose: Some(Purpose::Filing),
            case: None,
            visible_from: None,
        };
        let fields = new.sign(&self.key, self.at, &[self.nonce; 16]);
        fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
    }
}
