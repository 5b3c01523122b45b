//! What is the same for every request.

/// The site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where people reach us, without a slash at the end.
    pub public_url: String,
    /// Whether at least one outside system is played.
    pub is_sandbox: bool,
    /// The names of the built files.
    pub assets: Assets,
}

/// The paths of style sheet and islands, with the hash of their content in the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The islands' JavaScript.
    pub js: String,
    /// The islands' WebAssembly.
    pub wasm: String,
}
