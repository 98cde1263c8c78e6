//! What several tools share.
