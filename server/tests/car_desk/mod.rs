//! The dealership's intranet over HTTP and without JavaScript: what needs somebody appears and goes, everything is found,
//! and nothing of one dealership is seen at another.

mod hall;
mod hours;
mod lists;
mod live;
mod measure;
mod orders;
mod today;
mod walls;
