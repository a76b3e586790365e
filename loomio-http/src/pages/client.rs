//! The built client: what its own page loads, and its files.
//!
//! The original's build puts the client into `public/client3`, beside `public/brand`
//! and the other pictures. `CLIENT_DIR` names either of the two folders.

use super::brand;
use crate::App;
use poem::{
    EndpointExt, Route,
    endpoint::StaticFilesEndpoint,
    http::{HeaderValue, header},
};
use scraper::{Html, Selector};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A built client in a folder.
#[derive(Debug)]
pub struct Client {
    /// The folder of its files, served under `/client3`.
    pub folder: PathBuf,
    /// The folder of the pictures around it, if it stands beside them.
    pub public: Option<PathBuf>,
    /// The style sheets its page loads, as HTML.
    pub styles: String,
    /// The programs its page loads, as HTML.
    pub scripts: String,
}

fn elements(page: &Html, selector: &str) -> String {
    // The selectors are our own; one that cannot be read selects nothing.
    Selector::parse(selector).map(|s| page.select(&s).map(|e| e.html()).collect::<Vec<_>>().join("\n")).unwrap_or_default()
}

impl Client {
    /// The client in a folder, if there is one.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        let nested = folder.join("client3");
        let (client, public) = if nested.join("index.html").is_file() {
            (nested, Some(folder.to_owned()))
        } else {
            let beside = folder.parent().filter(|_| folder.file_name().is_some_and(|n| n == "client3")).map(Path::to_owned);
            (folder.to_owned(), beside)
        };
        let index = std::fs::read_to_string(client.join("index.html")).ok()?;
        let page = Html::parse_document(&index);
        Some(Self {
            styles: elements(&page, r#"link[as="style"], link[rel="stylesheet"]"#),
            scripts: elements(&page, r#"link[as="script"], link[rel="modulepreload"], script[src]"#),
            folder: client,
            public,
        })
    }
}

const BESIDE: [&str; 4] = ["brand", "theme", "img", "fonts"];

/// Adds the client's files and the pictures beside it; where there are none, plain
/// ones of our own stand in for the logos that mails and pages name.
pub fn routes(mut route: Route, app: &Arc<App>) -> Route {
    let kept = |seconds: u32| {
        poem::middleware::SetHeader::new().overriding(header::CACHE_CONTROL, HeaderValue::from_str(&format!("public, max-age={seconds}")).unwrap_or(HeaderValue::from_static("no-cache")))
    };
    if let Some(client) = &app.client {
        // The build names its files by their content.
        route = route.nest("/client3/assets", StaticFilesEndpoint::new(client.folder.join("assets")).with(kept(31_556_952)));
        route = route.nest("/client3", StaticFilesEndpoint::new(client.folder.clone()).with(kept(300)));
    }
    let public = app.client.as_ref().and_then(|c| c.public.as_ref());
    for name in BESIDE {
        match public.map(|p| p.join(name)).filter(|p| p.is_dir()) {
            Some(folder) => route = route.nest(format!("/{name}"), StaticFilesEndpoint::new(folder).with(kept(86_400))),
            None if name == "brand" || name == "theme" => route = route.at(format!("/{name}/*file"), poem::get(brand::picture)),
            None => {}
        }
    }
    if let Some(file) = public.map(|p| p.join("roboto.css")).filter(|f| f.is_file()) {
        route = route.at("/roboto.css", poem::endpoint::StaticFileEndpoint::new(file).with(kept(86_400)));
    }
    route
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_build_is_taken_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("client3")).expect("a folder");
        let page = r#"<html><head><title>x</title><script type="module" crossorigin src="/client3/assets/app-1.js"></script>
            <link rel="stylesheet" crossorigin href="/client3/assets/app-2.css"></head><body><script>inline()</script></body></html>"#;
        std::fs::write(folder.path().join("client3/index.html"), page).expect("a file");
        let client = Client::open(folder.path()).expect("a client");
        assert!(client.scripts.contains("app-1.js") && !client.scripts.contains("inline"), "{}", client.scripts);
        assert!(client.styles.contains("app-2.css"), "{}", client.styles);
        assert_eq!(Client::open(&folder.path().join("client3")).and_then(|c| c.public).as_deref(), Some(folder.path()));
        assert!(Client::open(&folder.path().join("nothing")).is_none());
    }
}
