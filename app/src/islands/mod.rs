//! What is alive in the browser. Each island gets finished text and public data only: its props stand in the HTML.

mod activation;
mod bell;
mod case;
mod countdown;
mod dealer;
mod desk;
mod follow;
mod keys;
pub mod live;
mod maintenance;
mod order;
mod pace;
mod story;

pub use activation::{
    ActivationLive, ActivationStory, StoryActions, StoryEntry, StoryLink, StoryMark, StoryNext, StoryQuestion,
    StoryWords, read_activation,
};
pub use bell::{Bell, UnreadNotices, unread_notices};
pub use case::{CaseLive, CaseSigns, CaseWords, DraftBox, keep_draft, read_case_signs};
pub use dealer::{DealerColumn, DealerDesk, DealerLine, DealerLive, DealerNeed, DealerWords, read_dealer_desk};
pub use desk::{DeskLine, DeskLines, DeskLive, DeskTab, DeskWords, read_desk};
pub use keys::{DeskKeys, Shortcut};
pub use maintenance::{MaintenanceWait, read_maintenance_stamp};
pub use order::{OrderLive, OrderMoment, OrderStep, OrderStory, OrderWait, OrderWords, read_order, read_order_stamp};
pub use story::{StoryLive, StoryNews, story_news};
