//! The words of the application: the original's keys, our own English.
//!
//! Further languages are Rails' YAML files in a folder read at the start.

use serde_json::Value as Json;
use std::{collections::HashMap, path::Path};

const ENGLISH: &str = include_str!("../locales/en.yml");
const ENGLISH_OF_TEMPLATES: &str = include_str!("../locales/templates.en.yml");
const ENGLISH_OF_MAILS: &str = include_str!("../locales/mail.en.yml");

/// The languages that people can choose, as `config/locales.yml` lists them.
pub const SUPPORTED: [&str; 24] = ["ca", "da", "de", "el", "en", "es", "fi", "fr", "he", "hr", "hu", "it", "ja", "nl_NL", "pl", "pt_BR", "ro", "ru", "sl", "sv", "tr", "uk", "zh_TW", "zh_CN"];
/// What stands in for a language that is not among them.
const FALLBACKS: [(&str, &str); 3] = [("zh", "zh_CN"), ("pt", "pt_BR"), ("nl", "nl_NL")];

/// Texts by language and key.
#[derive(Debug, Clone, Default)]
pub struct I18n {
    texts: HashMap<(String, String), String>,
}

fn flatten(prefix: &str, value: &Json, out: &mut Vec<(String, String)>) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, value, out);
            }
        }
        Json::String(text) => out.push((prefix.to_owned(), text.clone())),
        Json::Null => {}
        other => out.push((prefix.to_owned(), other.to_string())),
    }
}

impl I18n {
    /// Our own English alone.
    #[must_use]
    pub fn new() -> Self {
        let mut own = Self::default();
        own.add(ENGLISH);
        own.add(ENGLISH_OF_TEMPLATES);
        own.add(ENGLISH_OF_MAILS);
        own
    }

    /// Adds the texts of one Rails locale file; a file that cannot be read adds nothing.
    pub fn add(&mut self, yaml: &str) -> usize {
        let Ok(Json::Object(locales)) = serde_yaml_ng::from_str::<Json>(yaml) else { return 0 };
        let before = self.texts.len();
        for (locale, texts) in locales {
            let mut found = Vec::new();
            flatten("", &texts, &mut found);
            for (key, text) in found {
                // Our own English comes first: others may not replace it.
                self.texts.entry((locale.clone(), key)).or_insert(text);
            }
        }
        self.texts.len() - before
    }

    /// Adds every `.yml` file of a folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn add_folder(&mut self, folder: &Path) -> std::io::Result<usize> {
        let mut added = 0;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "yml") {
                added += self.add(&std::fs::read_to_string(path)?);
            }
        }
        Ok(added)
    }

    /// The text of a key in a language, without any stand-in.
    #[must_use]
    pub fn find(&self, locale: &str, key: &str) -> Option<String> {
        self.texts.get(&(locale.to_owned(), key.to_owned())).cloned()
    }

    /// The text of a key, with `%{name}` replaced; English stands in for a missing
    /// one, and the last part of the key for one that is missing there too.
    #[must_use]
    pub fn text(&self, locale: &str, key: &str, values: &[(&str, &str)]) -> String {
        let found = self.texts.get(&(locale.to_owned(), key.to_owned())).or_else(|| self.texts.get(&("en".to_owned(), key.to_owned())));
        let mut text = found.cloned().unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key).replace('_', " "));
        for (name, value) in values {
            text = text.replace(&format!("%{{{name}}}"), value);
        }
        text
    }

    /// Whether there is a text for a key in a language or in English.
    #[must_use]
    pub fn has(&self, locale: &str, key: &str) -> bool {
        [locale, "en"].into_iter().any(|l| self.texts.contains_key(&(l.to_owned(), key.to_owned())))
    }

    /// The first of some languages that is supported, itself or by what stands in for it.
    pub fn first_supported<'l>(&self, wanted: impl IntoIterator<Item = &'l str>) -> String {
        wanted.into_iter().find_map(supported).unwrap_or("en").to_owned()
    }
}

/// The supported language for a wanted one.
#[must_use]
pub fn supported(wanted: &str) -> Option<&'static str> {
    let wanted = wanted.replace('-', "_");
    let (language, dialect) = wanted.split_once('_').map_or((wanted.as_str(), None), |(l, d)| (l, Some(d)));
    let language = language.to_lowercase();
    let full = dialect.map_or_else(|| language.clone(), |d| format!("{language}_{}", d.to_uppercase()));
    let find = |name: &str| SUPPORTED.iter().find(|s| **s == name).copied();
    let fallback = |name: &str| FALLBACKS.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
    find(&full).or_else(|| find(&language)).or_else(|| fallback(&full)).or_else(|| fallback(&language))
}

/// The languages a browser asks for, best first.
#[must_use]
pub fn accepted(header: &str) -> Vec<String> {
    let mut wanted: Vec<(i32, usize, String)> = header
        .split(',')
        .enumerate()
        .filter_map(|(at, part)| {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next()?.trim();
            let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse::<f64>().ok()).unwrap_or(1.0);
            (!tag.is_empty() && tag != "*" && tag.len() < 20).then(|| ((-weight * 1000.0) as i32, at, tag.to_owned()))
        })
        .collect();
    wanted.sort();
    wanted.into_iter().map(|(_, _, tag)| tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_fall_back() {
        assert_eq!(["en-GB", "pt", "zh-CN", "tlh", "nl"].map(supported), [Some("en"), Some("pt_BR"), Some("zh_CN"), None, Some("nl_NL")]);
        assert_eq!(accepted("de;q=0.5, fr, *;q=0.1"), ["fr", "de"]);
    }

    #[test]
    fn texts_are_filled_in_and_fall_back_to_english() {
        let mut i18n = I18n::new();
        i18n.add("de:\n  greeting: \"Hallo %{name}\"\n");
        assert_eq!(i18n.text("de", "greeting", &[("name", "Ana")]), "Hallo Ana");
        assert_eq!(i18n.text("de", "activerecord.errors.messages.blank", &[]), "can't be blank");
        assert_eq!(i18n.text("de", "no.such_key", &[]), "such key");
    }
}
