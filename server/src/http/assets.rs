//! Static files: the built site under `/pkg` with hashed names, icons and fonts at the root.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use caas_app::web::Assets;
use std::path::Path;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// The built files' names, as `hash.txt` beside the program tells them; without it the plain names.
pub fn load_assets() -> Assets {
    let hashes = std::env::current_exe()
        .ok()
        .and_then(|program| std::fs::read_to_string(program.with_file_name("hash.txt")).ok())
        .unwrap_or_default();
    let hash = |kind: &str| {
        hashes
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim() == kind)
            .map(|(_, hash)| format!(".{}", hash.trim()))
            .unwrap_or_default()
    };
    Assets {
        css: format!("/pkg/caas{}.css", hash("css")),
        js: format!("/pkg/caas{}.js", hash("js")),
        wasm: format!("/pkg/caas{}.wasm", hash("wasm")),
    }
}

/// Files whose name holds a hash of their content: kept for ever.
pub(super) fn built(site_root: &Path) -> Router {
    let files = folder(&site_root.join("pkg"));
    let kept =
        ServiceExt::<Request>::map_response(files, |response| cached(response, "public, max-age=31536000, immutable"));
    Router::new().fallback_service(kept)
}

/// Files of the folder `public`, and `otherwise` where there is none.
pub(super) fn public(site_root: &Path, otherwise: Router) -> Router {
    let files = folder(site_root)
        .call_fallback_on_method_not_allowed(true)
        // The answer of the fallback has its own idea of caching.
        .fallback(otherwise);
    let kept = ServiceExt::<Request>::map_response(files, |response| cached(response, "public, max-age=3600"));
    Router::new().fallback_service(kept)
}

fn folder(path: &Path) -> ServeDir {
    ServeDir::new(path).append_index_html_on_directories(false).precompressed_br().precompressed_gzip()
}

fn cached<B>(mut response: axum::http::Response<B>, policy: &'static str) -> axum::http::Response<B> {
    let found = response.status().is_success() || response.status() == axum::http::StatusCode::NOT_MODIFIED;
    if found && !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    }
    response
}
