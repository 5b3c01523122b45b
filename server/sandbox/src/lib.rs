//! The outside systems, played.
