//! Tiles (C2SP tlog-tiles): the tree and the entries in pieces that never change, by path.
//!
//! A tile of level `l` holds 1 to 256 nodes of the tree's level 8·`l`; an entry bundle holds the entries of
//! a tile of level 0. Paths and bytes only: where they are read from is for others.

use crate::defect::OrDefect as _;
use crate::hash::TreeHash;
use crate::merkle::NodeId;
use crate::position::{EntryIndex, TreeSize};
use core::fmt;

/// Nodes, or entries, in a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree from one level of tiles to the next.
pub const TILE_HEIGHT: u8 = 8;
/// The longest tile, in bytes: a bundle of 256 entries of 65,535 bytes, each after its length. Whoever fetches
/// tiles need read no more.
pub const TILE_MAX_LEN: usize = TILE_WIDTH as usize * (2 + u16::MAX as usize);
/// The highest level of tiles that a tree of 64-bit size has.
const MAX_LEVEL: u8 = 7;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Nodes of the tree's level 8·`l`.
    Hashes(u8),
    /// Entries.
    Entries,
}

/// The name of a tile: its path below `tile/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// Why a path names no tile, or bytes are not the tile that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// The path is not one that tlog-tiles forms.
    #[error("tile path {found:?} is not <level>/<index> or entries/<index>, with .p/<width> where partial")]
    Path {
        /// The path, shortened.
        found: String,
    },
    /// Another number of bytes than so many hashes take.
    #[error("tile {tile} has {found} bytes where {expected} are expected")]
    Length {
        /// The tile.
        tile: TileId,
        /// Bytes found.
        found: usize,
        /// Bytes of its width.
        expected: usize,
    },
    /// An entry bundle that ends within an entry, or holds another number of them.
    #[error("entry bundle {tile} holds {found} whole entries where {expected} are expected")]
    Bundle {
        /// The bundle.
        tile: TileId,
        /// Whole entries found.
        found: usize,
        /// Its width.
        expected: u16,
    },
    /// Bytes after the last entry of a bundle.
    #[error("entry bundle {tile} goes on for {found} bytes after its last entry")]
    Trailing {
        /// The bundle.
        tile: TileId,
        /// How many.
        found: usize,
    },
}

impl TileId {
    /// The tile with the first `width` of its nodes or entries, 1 to 256.
    #[must_use]
    pub const fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        let level = match kind {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        };
        if level > MAX_LEVEL {
            return None;
        }
        // The last node of the tile has to be one that a tree of 64-bit size can have.
        let bits = 64 - TILE_HEIGHT as u32 * (level as u32 + 1);
        let fits = index == 0 || bits > 0 && index >> bits == 0;
        if fits && width >= 1 && width <= TILE_WIDTH { Some(Self { kind, index, width }) } else { None }
    }

    /// Reads the path below `tile/`, such as `0/x001/234` or `entries/000.p/17`. One path per tile.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        let refused = || TileError::Path { found: path.chars().take(64).collect() };
        let (kind, rest) = path.split_once('/').ok_or_else(refused)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(small(level).and_then(|n| u8::try_from(n).ok()).ok_or_else(refused)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => {
                let width = small(width).filter(|width| (1..TILE_WIDTH).contains(width));
                (index, width.ok_or_else(refused)?)
            }
        };
        let index = read_index(index).ok_or_else(refused)?;
        Self::new(kind, index, width).ok_or_else(refused)
    }

    /// What it holds.
    #[must_use]
    pub const fn kind(self) -> TileKind {
        self.kind
    }

    /// Its place among the tiles of its kind.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many nodes or entries it holds.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it holds all that its place can hold.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The tree's level that its nodes are of.
    #[must_use]
    pub const fn tree_level(self) -> u8 {
        match self.kind {
            // At most 7 · 8.
            TileKind::Hashes(level) => level * TILE_HEIGHT,
            TileKind::Entries => 0,
        }
    }

    /// Its first node; of a bundle, the leaf of its first entry.
    #[must_use]
    pub const fn first_node(self) -> NodeId {
        NodeId { level: self.tree_level(), index: self.index * TILE_WIDTH as u64 }
    }

    /// The first entry of a bundle, or beneath the tile.
    #[must_use]
    pub const fn first_entry(self) -> EntryIndex {
        EntryIndex::new(self.first_node().index << self.tree_level())
    }

    /// Whether all of it exists in a tree of `size`.
    #[must_use]
    pub const fn is_in(self, size: TreeSize) -> bool {
        // Its last node, which always has a 64-bit number; the one after it may have none.
        size.get() >> self.tree_level() > self.first_node().index + (self.width as u64 - 1)
    }

    /// The tile with the same place that is full.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The tiles of one kind that a tree of `size` has, from the one that holds the node `from` on: full ones
    /// and at the end, where there is one, a partial one.
    pub fn all(kind: TileKind, from: u64, size: TreeSize) -> impl Iterator<Item = Self> {
        let level = match kind {
            TileKind::Hashes(level) => u32::from(level),
            TileKind::Entries => 0,
        };
        let nodes = size.get().checked_shr(level * u32::from(TILE_HEIGHT)).unwrap_or(0);
        let width = u64::from(TILE_WIDTH);
        (from / width..nodes.div_ceil(width)).map(move |index| {
            let held = (nodes - index * width).min(width);
            let held = u16::try_from(held).or_defect("no tile is wider than 256");
            Self::new(kind, index, held).or_defect("a tree of 64-bit size has the nodes of this tile")
        })
    }

    /// Reads the hashes of a tile.
    pub fn hashes(self, bytes: &[u8]) -> Result<Vec<TreeHash>, TileError> {
        let expected = usize::from(self.width) * TreeHash::LEN;
        if bytes.len() != expected {
            return Err(TileError::Length { tile: self, found: bytes.len(), expected });
        }
        Ok(bytes.as_chunks::<{ TreeHash::LEN }>().0.iter().map(|hash| TreeHash::from_bytes(*hash)).collect())
    }

    /// Reads the entries of a bundle.
    pub fn entries(self, mut bytes: &[u8]) -> Result<Vec<&[u8]>, TileError> {
        let mut entries = Vec::with_capacity(usize::from(self.width));
        while entries.len() < usize::from(self.width) {
            let next = bytes
                .split_first_chunk::<2>()
                .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
            let Some((entry, rest)) = next else {
                return Err(TileError::Bundle { tile: self, found: entries.len(), expected: self.width });
            };
            entries.push(entry);
            bytes = rest;
        }
        match bytes.len() {
            0 => Ok(entries),
            found => Err(TileError::Trailing { tile: self, found }),
        }
    }
}

/// Adds an entry to a bundle: its length in two bytes, the greater first, then its bytes. `None` where it is
/// longer than an entry can be.
#[must_use]
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Option<()> {
    bundle.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
    bundle.extend_from_slice(entry);
    Some(())
}

/// The path below `tile/`.
impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "{level}/")?,
            TileKind::Entries => f.write_str("entries/")?,
        }
        self.fmt_place(f)
    }
}

/// Which of its kind a tile is, and how wide: its path without what it holds.
struct TilePlace(TileId);

impl fmt::Display for TilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_place(f)
    }
}

impl TileId {
    /// Its path without what it holds, such as `x001/234` or `000.p/17`: where what belongs to the entries of a bundle
    /// and is no tile has its own name in front.
    ///
    /// ```
    /// let tile = tlog::tile::TileId::parse("entries/x001/234.p/17")?;
    /// assert_eq!(tile.place().to_string(), "x001/234.p/17");
    /// # Ok::<(), tlog::tile::TileError>(())
    /// ```
    #[must_use]
    pub fn place(self) -> impl fmt::Display {
        TilePlace(self)
    }

    fn fmt_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = (1..7).take_while(|power| self.index >= 1_000_u64.pow(*power)).count();
        let groups = u32::try_from(groups).or_defect("six groups are looked at");
        for group in (1..=groups).rev() {
            write!(f, "x{:03}/", self.index / 1_000_u64.pow(group) % 1_000)?;
        }
        write!(f, "{:03}", self.index % 1_000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Groups of three digits, all but the last after an `x`; none is without need.
fn read_index(text: &str) -> Option<u64> {
    let (mut index, mut groups) = (0_u64, text.split('/').peekable());
    let mut first = true;
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u64 = digits.parse().ok()?;
        if first && number == 0 && groups.peek().is_some() {
            return None;
        }
        index = index.checked_mul(1_000)?.checked_add(number)?;
        first = false;
    }
    Some(index)
}

/// A decimal number in its only text.
fn small(text: &str) -> Option<u16> {
    crate::checkpoint::decimal(text).and_then(|number| u16::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_per_tile() {
        for path in [
            "0/000",
            "0/x001/x234/067",
            "0/x001/x234/067.p/112",
            "entries/999",
            "entries/x001/000.p/1",
            "7/000.p/255",
            "1/x001/x000/000",
        ] {
            assert_eq!(TileId::parse(path).map(|tile| tile.to_string()), Ok(path.to_owned()));
        }
        let tile = TileId::parse("0/x001/x234/067.p/112").unwrap();
        assert_eq!((tile.index(), tile.width(), tile.kind()), (1_234_067, 112, TileKind::Hashes(0)));
        for path in [
            "",
            "0",
            "0/",
            "00/000",
            "0/0",
            "0/0000",
            "0/x000/000",
            "0/001/000",
            "0/x001/x001",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/",
            "0/000.p/1/",
            "8/000",
            "64/000",
            "-1/000",
            "entries/00a",
            "data/000",
            "0/+00",
            "7/001",
            "0/x999/x999/x999/x999/x999/x999/999",
            "entries/000.p/1.p/1",
        ] {
            assert!(TileId::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn the_tiles_of_the_examples_of_the_specification() {
        let all = |level, size| {
            let tiles = TileId::all(TileKind::Hashes(level), 0, TreeSize::new(size));
            tiles.map(|tile| tile.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(all(0, 70_000).len(), 274);
        assert_eq!(all(0, 70_000).last().unwrap(), "0/273.p/112");
        assert_eq!(all(1, 70_000), ["1/000", "1/001.p/17"]);
        assert_eq!(all(2, 70_000), ["2/000.p/1"]);
        assert_eq!((all(0, 256), all(1, 256)), (vec!["0/000".to_owned()], vec!["1/000.p/1".to_owned()]));
        assert!(all(0, 0).is_empty() && all(7, u64::MAX).len() == 1);
        let last = TileId::new(TileKind::Entries, (1 << 56) - 1, 256).unwrap();
        let shorter = TileId::new(TileKind::Entries, (1 << 56) - 1, 255).unwrap();
        assert!(!last.is_in(TreeSize::new(u64::MAX)) && shorter.is_in(TreeSize::new(u64::MAX)));
        assert!(!shorter.is_in(TreeSize::new(u64::MAX - 1)));
        let tile = TileId::parse("1/001.p/17").unwrap();
        assert!(tile.is_in(TreeSize::new(70_000)) && !tile.is_in(TreeSize::new(273 * 256 - 1)));
        assert_eq!(tile.first_entry(), EntryIndex::new(65_536));
    }

    #[test]
    fn bundles_hold_just_their_entries() {
        let mut bytes = Vec::new();
        for entry in [&b"one"[..], b"", b"three"] {
            push_entry(&mut bytes, entry).unwrap();
        }
        let tile = TileId::parse("entries/000.p/3").unwrap();
        assert_eq!(tile.entries(&bytes).unwrap(), [&b"one"[..], b"", b"three"]);
        let short = TileError::Bundle { tile, found: 2, expected: 3 };
        assert_eq!(tile.entries(&bytes[..bytes.len() - 1]), Err(short));
        bytes.push(0);
        assert_eq!(tile.entries(&bytes), Err(TileError::Trailing { tile, found: 1 }));
        assert_eq!(push_entry(&mut bytes, &vec![0; 65_536]), None);
        let hashes = TileId::parse("0/000.p/2").unwrap();
        assert_eq!(hashes.hashes(&[7; 64]).unwrap().len(), 2);
        assert_eq!(hashes.hashes(&[7; 63]), Err(TileError::Length { tile: hashes, found: 63, expected: 64 }));
    }
}
