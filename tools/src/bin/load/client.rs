//! A plain HTTP/1.1 client over one kept connection: as little of the machine's time as possible.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// One kept connection.
pub struct Connection {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host).unwrap_or_else(|error| panic!("{host}: {error}"));
        stream.set_nodelay(true).unwrap();
        Self { host: host.to_owned(), stream: BufReader::with_capacity(64 * 1024, stream) }
    }

    pub fn get(&mut self, path: &str) -> (u16, String) {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host))
    }

    /// The same with fields of its own, such as those of a signature.
    pub fn get_with(&mut self, path: &str, fields: &[(&str, String)]) -> (u16, String) {
        let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n", self.host))
    }

    pub fn post(&mut self, path: &str, content_type: &str, body: &str) -> (u16, String) {
        let length = body.len();
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}",
            self.host
        ))
    }

    /// The same with fields of its own, such as those of a signature.
    pub fn post_with(&mut self, path: &str, fields: &[(&str, String)], body: &str) -> (u16, String) {
        let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{fields}\r\n{body}",
            self.host
        ))
    }

    /// Places one event; a full queue is asked again after a moment, as its answer demands.
    pub fn place(&mut self, envelope: &str) {
        loop {
            match self.post("/v1/events", "application/json", envelope) {
                (200 | 201, _) => return,
                (429, _) => thread::sleep(Duration::from_millis(20)),
                (status, answer) => panic!("{status}: {answer}"),
            }
        }
    }

    fn exchange(&mut self, request: &str) -> (u16, String) {
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let status = self.line().split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line().to_ascii_lowercase();
            match line.split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(("transfer-encoding", value)) => chunked = value == "chunked",
                Some(_) => {}
                None => break,
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(self.line().trim(), 16).unwrap();
                self.take(size, &mut body);
                self.line();
                if size == 0 {
                    break;
                }
            }
        } else {
            self.take(length, &mut body);
        }
        (status, String::from_utf8(body).unwrap())
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stream.read_line(&mut line).unwrap() > 0, "the server closed the connection");
        line.truncate(line.trim_end().len());
        line
    }

    fn take(&mut self, size: usize, body: &mut Vec<u8>) {
        let start = body.len();
        body.resize(start + size, 0);
        self.stream.read_exact(&mut body[start..]).unwrap();
    }
}
