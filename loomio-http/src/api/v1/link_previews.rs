//! Previews of links.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::link_preview,
};

operations! {
    /// Titles and pictures of pages that are linked to.
    POST "/v1/link_previews" create_link_preview [Param::body("urls", Kind::List, "The addresses.", r#"["https://example.org"]"#), Param::body("discussion_id", Kind::Number, "The thread; what it shows already is left out.", "1")] => |visit| link_preview::create(visit);
}
