//! From a template and what it shows to a page and a plain text.
//!
//! The templates stand in `templates/<mail>/body.html` over one layout. Words come
//! from the caller through `t("key", name=value)` in the language of the reader.

use crate::{message::MailError, plain_text};
use css_inline::CSSInliner;
use minijinja::{
    Environment, Value, context,
    value::{Kwargs, Serde},
};
use std::sync::Arc;

/// The words of a key in the reader's language, with its values filled in.
pub type Words = Arc<dyn Fn(&str, &[(&str, &str)]) -> String + Send + Sync>;

/// A mail's body in both its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The page, its styles inlined.
    pub html: String,
    /// The same in plain text.
    pub text: String,
}

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Every template by its name.
        const TEMPLATES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../templates/", $name)))),*];
    };
}

templates![
    "layout.html",
    "parts/delimiter.html",
    "parts/headline.html",
    "parts/picture.html",
    "parts/files.html",
    "parts/thread.html",
    "parts/option.html",
    "parts/vote.html",
    "parts/poll.html",
    "parts/footer.html",
    "login/body.html",
    "notice/body.html",
    "contact/body.html",
    "catch_up/body.html",
    "discussion/body.html",
    "comment/body.html",
    "poll/body.html",
    "stance/body.html",
    "membership/body.html",
    "membership_request/body.html",
];

const STYLE: &str = include_str!("../templates/style.css");
/// Stays a style sheet: what depends on the reader's screen cannot be inlined.
const SCREEN_STYLE: &str = include_str!("../templates/screen.css");

/// The templates, ready to be filled in.
pub struct Templates {
    environment: Environment<'static>,
    inliner: CSSInliner<'static>,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templates").finish_non_exhaustive()
    }
}

impl Templates {
    /// All templates.
    ///
    /// # Errors
    /// When a template is not well formed.
    pub fn new() -> Result<Self, MailError> {
        let mut environment = Environment::new();
        for (name, source) in TEMPLATES {
            environment.add_template(name, source).map_err(told)?;
        }
        environment.add_global("screen_style", Value::from_safe_string(SCREEN_STYLE.to_owned()));
        let inliner = CSSInliner::options().extra_css(Some(STYLE.into())).load_remote_stylesheets(false).keep_style_tags(true).inline_style_tags(false).build();
        Ok(Self { environment, inliner })
    }

    /// A mail's body, from what it shows and the words of its reader's language.
    ///
    /// # Errors
    /// When the template does not exist or fails.
    pub fn render(&self, mail: &str, shown: impl serde::Serialize, words: &Words) -> Result<Rendered, MailError> {
        let shown = context! { t => translate(words, false), t_html => translate(words, true), ..Value::from(Serde(shown)) };
        let page = self.environment.get_template(&format!("{mail}/body.html")).and_then(|t| t.render(shown)).map_err(told)?;
        let html = self.inliner.inline(&page).map_err(|e| MailError::Compose(e.to_string()))?;
        let text = plain_text::of(&page)?;
        Ok(Rendered { html, text })
    }
}

/// `t("key", name=value)`: text. With `markup`, the words may be HTML and the values
/// are made harmless unless a template made them.
fn translate(words: &Words, markup: bool) -> Value {
    let words = Arc::clone(words);
    Value::from_function(move |key: String, values: Kwargs| -> Result<Value, minijinja::Error> {
        let mut filled: Vec<(String, String)> = Vec::new();
        for name in values.args() {
            let value = values.get::<Value>(name)?;
            let text = if markup && !value.is_safe() { minijinja::HtmlEscape(&value.to_string()).to_string() } else { value.to_string() };
            filled.push((name.to_owned(), text));
        }
        let pairs: Vec<(&str, &str)> = filled.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let text = words(&key, &pairs);
        Ok(if markup { Value::from_safe_string(text) } else { Value::from(text) })
    })
}

fn told(e: minijinja::Error) -> MailError {
    MailError::Compose(format!("{e:#}"))
}
