//! A ledger as a site of tiles (C2SP tlog-tiles), from entries that need not be right, and a small server
//! on loopback that serves any map of paths to bytes and may be given another between two requests.

use super::folder::levels;
use super::forge::Forged;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a site serves: paths, without the first slash, and their bytes.
pub type Files = HashMap<String, Vec<u8>>;

const WIDTH: usize = 256;

/// Checkpoint, tiles and entry bundles of a ledger.
pub fn files(forged: &Forged) -> Files {
    let mut files = Files::from([("checkpoint".to_owned(), forged.checkpoint.clone())]);
    for (number, bundle) in forged.entries.chunks(WIDTH).enumerate() {
        files.insert(path("entries", number, bundle.len()), bundle_of(bundle));
    }
    for (number, openings) in forged.openings.chunks(WIDTH).enumerate() {
        // They are no tiles, and in the end at another address.
        let path = path("openings", number, openings.len()).replacen("tile/", "", 1);
        files.insert(path, openings_of(openings));
    }
    // Level l of the tiles is level 8·l of the nodes.
    for (level, nodes) in levels(&forged.entries).iter().step_by(8).enumerate() {
        for (number, tile) in nodes.chunks(WIDTH).enumerate() {
            let bytes = tile.iter().flat_map(|node| *node.as_bytes()).collect();
            files.insert(path(&level.to_string(), number, tile.len()), bytes);
        }
    }
    files
}

/// The bytes of an entry bundle.
pub fn bundle_of(entries: &[Vec<u8>]) -> Vec<u8> {
    let with_length = |entry: &Vec<u8>| {
        let length = u16::try_from(entry.len()).unwrap().to_be_bytes();
        [length.as_slice(), entry].concat()
    };
    entries.iter().flat_map(with_length).collect()
}

/// The bytes of a bundle of openings.
fn openings_of(openings: &[Option<Vec<u8>>]) -> Vec<u8> {
    let with_length = |opening: &Option<Vec<u8>>| {
        let opening = opening.as_deref().unwrap_or_default();
        [u32::try_from(opening.len()).unwrap().to_le_bytes().as_slice(), opening].concat()
    };
    openings.iter().flat_map(with_length).collect()
}

/// The path of a tile or bundle of `width` hashes or entries.
pub fn path(level: &str, number: usize, width: usize) -> String {
    assert!(number < 1000, "a number of one group is enough here");
    let partial = if width == WIDTH { String::new() } else { format!(".p/{width}") };
    format!("tile/{level}/{number:03}{partial}")
}

/// A server of such files, until it is dropped.
pub struct Site {
    address: SocketAddr,
    shown: Arc<Mutex<Files>>,
    ended: Arc<AtomicBool>,
}

impl Site {
    /// Serves.
    pub fn of(files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (shown, ended) = (Arc::new(Mutex::new(files)), Arc::new(AtomicBool::new(false)));
        let (serving, stop) = (Arc::clone(&shown), Arc::clone(&ended));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let serving = Arc::clone(&serving);
                // Who hangs up in the middle of an answer has had enough.
                thread::spawn(move || drop(answer_all(&stream, &serving)));
            }
        });
        Self { address, shown, ended }
    }

    /// The site's address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves something else from the next request on.
    pub fn show(&self, files: Files) {
        *self.shown.lock().unwrap() = files;
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address));
    }
}

/// Answers the requests of one connection, one after the other.
fn answer_all(stream: &TcpStream, files: &Mutex<Files>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut head = String::new();
        while reader.read_line(&mut head)? > 2 {
            head.clear();
        }
        let path = line.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
        let found = files.lock().unwrap().get(path).cloned();
        let (status, body) = match found {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", b"not found\n".to_vec()),
        };
        let kind =
            if path.starts_with("tile/") { "application/octet-stream" } else { "text/plain; charset=utf-8" };
        let length = body.len();
        let mut answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\ncache-control: no-store\r\n\r\n"
        )
        .into_bytes();
        answer.extend(body);
        (&*stream).write_all(&answer)?;
    }
}
