//! Flipped bits in every kind of file.
