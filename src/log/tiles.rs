//! Tiles, straight from the files by offset: hashes from the level's file, entries from the segments.

use super::error::ReadError;
use super::reader::{LogReader, node_error};
use ledger_spec::sealed::push_opening;
use tlog::defect::OrDefect as _;
use tlog::merkle::NodeId;
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::{TileId, TileKind, push_entry};
use zeroize::Zeroizing;

impl LogReader {
    /// The bytes of a tile, of any width that is published. Hashes are as they are stored: every client
    /// checks them against a signed root, and the audit does.
    pub fn tile(&self, tile: TileId) -> Result<Vec<u8>, ReadError> {
        let (size, node) = (self.size(), tile.first_node());
        if !tile.is_in(size) {
            return Err(ReadError::NotFound { index: tile.first_entry(), size });
        }
        match tile.kind() {
            TileKind::Hashes(_) => {
                let read =
                    self.levels().read_bytes(usize::from(node.level), node.index, usize::from(tile.width()));
                read.map_err(|error| node_error(NodeId { level: node.level, index: node.index }, error))
            }
            TileKind::Entries => self.bundle(tile.first_entry(), u64::from(tile.width())),
        }
    }

    /// What opens the entries of a bundle, together as auditors are given it; entries in the clear have none.
    pub fn openings(&self, tile: TileId) -> Result<Zeroizing<Vec<u8>>, ReadError> {
        let (size, first) = (self.size(), tile.first_entry());
        if !tile.is_in(size) || tile.kind() != TileKind::Entries {
            return Err(ReadError::NotFound { index: first, size });
        }
        let until = TreeSize::new(first.get().saturating_add(u64::from(tile.width())));
        let mut bundle = Zeroizing::new(Vec::new());
        for raw in self.frames_to(first, until) {
            let opening = self.say(raw?)?.into_opening();
            push_opening(&mut bundle, opening.as_ref());
        }
        Ok(bundle)
    }

    fn bundle(&self, first: EntryIndex, width: u64) -> Result<Vec<u8>, ReadError> {
        let mut bundle = Vec::new();
        for entry in self.frames_to(first, TreeSize::new(first.get().saturating_add(width))) {
            push_entry(&mut bundle, entry?.bytes())
                .or_defect("an entry that was read fits: its layout has the same bound");
        }
        Ok(bundle)
    }
}
