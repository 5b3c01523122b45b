//! What is alive in the browser. Each island gets finished text and public data only: its props stand in the HTML.

pub mod live;
