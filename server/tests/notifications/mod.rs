//! Messages as people meet them: pages without JavaScript, the link in a mail, and promises that are kept.

mod browser;
mod desk;
mod promises;
mod settings;
