//! What is alive in the browser. Each island gets finished text and public data only: its props stand in the HTML.

mod activation;
mod bell;
mod countdown;
pub mod live;
mod story;

pub use activation::{
    ActivationLive, ActivationStory, StoryActions, StoryEntry, StoryLink, StoryMark, StoryNext, StoryQuestion,
    StoryWords, read_activation,
};
pub use bell::{Bell, UnreadNotices, unread_notices};
pub use story::{StoryLive, StoryNews, story_news};
