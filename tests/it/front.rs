//! An address in front of a server that is named later, and what it shows in place of that one's answers.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Clone)]
pub struct Front {
    pub url: String,
    behind: Arc<Mutex<Behind>>,
}

#[derive(Default)]
struct Behind {
    server: Option<SocketAddr>,
    /// Checkpoints to show, each once.
    first: VecDeque<String>,
    /// What stays there, by its path.
    pinned: BTreeMap<String, String>,
}

impl Front {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let front = Self { url, behind: Arc::default() };
        let behind = front.behind.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, behind) = (stream.unwrap(), behind.clone());
                std::thread::spawn(move || answer(stream, &behind));
            }
        });
        front
    }

    pub fn to(server: SocketAddr) -> Self {
        let front = Self::open();
        front.stand_before(server);
        front
    }

    pub fn stand_before(&self, server: SocketAddr) {
        self.behind.lock().unwrap().server = Some(server);
    }

    /// Shows these checkpoints, each once, and then the server's own.
    pub fn show_first(&self, notes: impl IntoIterator<Item = String>) {
        self.behind.lock().unwrap().first.extend(notes);
    }

    /// Shows this at a path until it is told otherwise.
    pub fn pin(&self, path: &str, text: Option<String>) {
        let pinned = &mut self.behind.lock().unwrap().pinned;
        match text {
            Some(text) => drop(pinned.insert(path.to_owned(), text)),
            None => drop(pinned.remove(path)),
        }
    }
}

/// Whoever cannot be answered is left without an answer.
fn answer(mut stream: TcpStream, behind: &Mutex<Behind>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (server, text) = {
        let mut behind = behind.lock().unwrap();
        let first = if path == "/checkpoint" { behind.first.pop_front() } else { None };
        (behind.server, first.or_else(|| behind.pinned.get(path).cloned()))
    };
    let answer = match (text, server) {
        (Some(text), _) => {
            let length = text.len();
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}")
                .into_bytes()
        }
        (None, Some(server)) => {
            let mut behind = TcpStream::connect(server).unwrap();
            let (asked, fields) = head.split_once("\r\n").unwrap();
            let fields = fields.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection"));
            let fields = fields.collect::<Vec<_>>().join("\r\n");
            write!(behind, "{asked}\r\nconnection: close\r\n{fields}\r\n").unwrap();
            let mut answer = Vec::new();
            behind.read_to_end(&mut answer).unwrap();
            answer
        }
        (None, None) => Vec::new(),
    };
    // Who asked may have gone.
    let _ = stream.write_all(&answer);
}
