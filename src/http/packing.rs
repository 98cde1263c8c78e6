//! Which answers are sent compressed, to whoever says that it can read that; tower-http does it.

use axum::http::HeaderMap;
use axum::http::Response;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use hyper::body::Body;
use tower_http::compression::predicate::Predicate;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Below so many bytes packing saves no packet of the network.
const LEAST: u64 = 1024;
/// Media types that are text, whatever their parameters.
const TEXTS: [&str; 5] =
    ["application/json", "application/x-ndjson", "application/openmetrics-text", "text/html", "text/plain"];

/// Marks an answer of another media type that packs, as the entries of a log do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packs;

/// Compresses what is [`Worth`] it, with little effort: most of the gain is in the first pass.
pub(super) fn layer() -> CompressionLayer<Worth> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(Worth)
}

/// Answers that are text, not small, and there as a whole: what comes piece by piece, as the feed does, must
/// not wait in a compressor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worth;

impl Predicate for Worth {
    fn should_compress<B: Body>(&self, answer: &Response<B>) -> bool {
        let whole = answer.body().size_hint().exact();
        whole.is_some_and(|bytes| bytes >= LEAST) && (is_text(answer.headers()) || is_marked(answer))
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    TEXTS.contains(&media.split_once(';').map_or(media, |(media, _)| media).trim())
}

fn is_marked<B>(answer: &Response<B>) -> bool {
    answer.extensions().get::<Packs>().is_some()
}

/// Lets every request be answered as it is, if by nothing else: a client that refuses even that (`identity;q=0`)
/// would have its event appended and be answered 406. RFC 9110 §12.5.3 leaves it to the server; what stands
/// first counts.
pub(super) fn answerable(headers: &mut HeaderMap) {
    let asked: Vec<HeaderValue> = headers.get_all(ACCEPT_ENCODING).iter().cloned().collect();
    if asked.is_empty() {
        return;
    }
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity;q=0.001"));
    for value in asked {
        headers.append(ACCEPT_ENCODING, value);
    }
}
