//! What is alive in the browser. Each island gets finished text and public data only: its props stand in the HTML.

mod bell;
pub mod live;

pub use bell::{Bell, UnreadNotices, unread_notices};
