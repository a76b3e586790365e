//! The templates of pages.

use minijinja::{AutoEscape, Environment, value::Value};
use std::sync::LazyLock;

const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("../../templates/layout.html")),
    ("client.html", include_str!("../../templates/client.html")),
    ("content.html", include_str!("../../templates/content.html")),
    ("group.html", include_str!("../../templates/group.html")),
    ("groups.html", include_str!("../../templates/groups.html")),
    ("discussion.html", include_str!("../../templates/discussion.html")),
    ("message.html", include_str!("../../templates/message.html")),
    ("start.html", include_str!("../../templates/start.html")),
    ("group_export.html", include_str!("../../templates/group_export.html")),
    ("poll_export.html", include_str!("../../templates/poll_export.html")),
    ("help.html", include_str!("../../templates/help.html")),
    ("unsubscribe.html", include_str!("../../templates/unsubscribe.html")),
    ("mails.html", include_str!("../../templates/mails.html")),
    ("again.html", include_str!("../../templates/again.html")),
    ("merge.html", include_str!("../../templates/merge.html")),
    ("feed.xml", include_str!("../../templates/feed.xml")),
    ("sitemap.xml", include_str!("../../templates/sitemap.xml")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, source) in TEMPLATES {
        if let Err(e) = environment.add_template(name, source) {
            tracing::error!(error = %e, template = name, "a template cannot be read");
        }
    }
    environment
});

/// Anything as a template's value.
#[must_use]
pub fn value(of: &impl serde::Serialize) -> Value {
    Value::from(minijinja::value::Serde(of))
}

/// A template filled in; empty when it cannot be.
#[must_use]
pub fn render(name: &str, values: Value) -> String {
    ENVIRONMENT.get_template(name).and_then(|t| t.render(values)).unwrap_or_else(|e| {
        tracing::error!(error = %e, template = name, "a page cannot be drawn");
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_read() {
        for (name, _) in TEMPLATES {
            assert!(ENVIRONMENT.get_template(name).is_ok(), "{name}");
        }
    }
}
