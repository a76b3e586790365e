//! The words of the application: the original's keys, our own English.
//!
//! Further languages are Rails' YAML files in a folder read at the start.

use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

const ENGLISH: &str = include_str!("../locales/en.yml");
const ENGLISH_OF_TEMPLATES: &str = include_str!("../locales/templates.en.yml");
const ENGLISH_OF_MAILS: &str = include_str!("../locales/mail.en.yml");

/// The languages that people can choose, as `config/locales.yml` lists them.
pub const SUPPORTED: [&str; 24] = ["ca", "da", "de", "el", "en", "es", "fi", "fr", "he", "hr", "hu", "it", "ja", "nl_NL", "pl", "pt_BR", "ro", "ru", "sl", "sv", "tr", "uk", "zh_TW", "zh_CN"];
/// The forms of a text that depends on a number.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

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

    /// Our own English and the languages of the folder that `LOCALES_DIR` names.
    #[must_use]
    pub fn from_settings(settings: &crate::Settings) -> Self {
        let mut texts = Self::new();
        if let Some(folder) = settings.var("LOCALES_DIR") {
            match texts.add_folder(Path::new(folder)) {
                Ok(count) => tracing::info!(folder, count, "texts in further languages"),
                Err(e) => tracing::error!(folder, error = %e, "LOCALES_DIR cannot be read; everybody reads English"),
            }
        }
        texts
    }

    /// The keys of our own texts that a language of a folder does not have, by
    /// language. A text in several forms is there when one of them is.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn missing(folder: &Path) -> std::io::Result<BTreeMap<String, BTreeSet<String>>> {
        let own = Self::new();
        let mut theirs = Self::default();
        theirs.add_folder(folder)?;
        let locales: BTreeSet<&String> = theirs.texts.keys().map(|(locale, _)| locale).filter(|l| SUPPORTED.contains(&l.as_str())).collect();
        let keys: BTreeSet<&String> = own.texts.keys().filter(|(locale, _)| locale == "en").map(|(_, key)| key).collect();
        let has = |locale: &str, key: &str| {
            let stem = key.rsplit_once('.').filter(|(_, form)| FORMS.contains(form)).map_or(key, |(stem, _)| stem);
            theirs.find(locale, key).is_some() || FORMS.iter().any(|form| theirs.find(locale, &format!("{stem}.{form}")).is_some())
        };
        Ok(locales.into_iter().map(|locale| (locale.clone(), keys.iter().filter(|key| !has(locale, key)).map(|key| (*key).clone()).collect())).collect())
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

    /// The text of a key, with `%{name}` replaced. A text in several forms is taken
    /// in the one for `count`. The language's other dialect, then English stand in for
    /// a missing one, and the last part of the key for one that is missing there too.
    #[must_use]
    pub fn text(&self, locale: &str, key: &str, values: &[(&str, &str)]) -> String {
        let count = values.iter().find(|(name, _)| *name == "count").and_then(|(_, n)| n.parse().ok());
        let found = stand_ins(locale).into_iter().find_map(|locale| self.form(locale, key, count));
        let mut text = found.cloned().unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key).replace('_', " "));
        for (name, value) in values {
            text = text.replace(&format!("%{{{name}}}"), value);
        }
        text
    }

    fn form(&self, locale: &str, key: &str, count: Option<u64>) -> Option<&String> {
        let get = |key: &str| self.texts.get(&(locale.to_owned(), key.to_owned()));
        get(key).or_else(|| {
            let count = count?;
            // Rails asks for nothing by its own word, whatever the language.
            let zero = (count == 0).then(|| get(&format!("{key}.zero"))).flatten();
            zero.or_else(|| get(&format!("{key}.{}", plural(locale, count)))).or_else(|| get(&format!("{key}.other")))
        })
    }

    /// Whether there is a text for a key in a language or in English.
    #[must_use]
    pub fn has(&self, locale: &str, key: &str) -> bool {
        stand_ins(locale).into_iter().any(|l| self.texts.contains_key(&(l.to_owned(), key.to_owned())))
    }

    /// The first of some languages that is supported, itself or by what stands in for it.
    pub fn first_supported<'l>(&self, wanted: impl IntoIterator<Item = &'l str>) -> String {
        wanted.into_iter().find_map(supported).unwrap_or("en").to_owned()
    }
}

/// A language and what stands in for it, best first.
fn stand_ins(locale: &str) -> Vec<&str> {
    let mut found = vec![locale];
    let language = locale.split_once('_').map_or(locale, |(language, _)| language);
    found.extend([supported(language), Some("en")].into_iter().flatten());
    found
}

/// The form in which a language tells a number of things (CLDR's rules for whole
/// numbers in the languages that people can choose).
#[must_use]
pub fn plural(locale: &str, n: u64) -> &'static str {
    let (ten, hundred) = (n % 10, n % 100);
    let slavic = || match (ten, hundred) {
        (1, h) if h != 11 => "one",
        (2..=4, h) if !(12..=14).contains(&h) => "few",
        _ => "many",
    };
    match locale.split('_').next().unwrap_or(locale) {
        "ja" | "zh" => "other",
        "fr" | "pt" => {
            if n < 2 {
                "one"
            } else {
                "other"
            }
        }
        "ru" | "uk" => slavic(),
        "hr" => match slavic() {
            "many" => "other",
            form => form,
        },
        "pl" => match (n, slavic()) {
            (1, _) => "one",
            (_, "few") => "few",
            _ => "many",
        },
        "ro" => match n {
            1 => "one",
            0 => "few",
            _ if (1..=19).contains(&hundred) => "few",
            _ => "other",
        },
        "sl" => match hundred {
            1 => "one",
            2 => "two",
            3 | 4 => "few",
            _ => "other",
        },
        "he" => match n {
            1 => "one",
            2 => "two",
            _ => "other",
        },
        _ => {
            if n == 1 {
                "one"
            } else {
                "other"
            }
        }
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
    fn numbers_have_forms() {
        let check = |locale: &str, forms: &[(u64, &str)]| {
            for (n, form) in forms {
                assert_eq!(plural(locale, *n), *form, "{locale} {n}");
            }
        };
        check("de", &[(0, "other"), (1, "one"), (21, "other")]);
        check("fr", &[(0, "one"), (1, "one"), (2, "other")]);
        check("ru", &[(1, "one"), (3, "few"), (5, "many"), (11, "many"), (21, "one"), (112, "many")]);
        check("pl", &[(1, "one"), (21, "many"), (22, "few"), (12, "many")]);
        check("ro", &[(0, "few"), (1, "one"), (19, "few"), (20, "other"), (101, "few")]);
        check("sl", &[(101, "one"), (2, "two"), (4, "few"), (5, "other")]);
        check("zh_TW", &[(1, "other")]);
        let mut i18n = I18n::new();
        i18n.add("ru:\n  votes:\n    zero: нет\n    one: \"%{count} голос\"\n    few: \"%{count} голоса\"\n    other: \"%{count} голосов\"\n");
        let told = |n: &str| i18n.text("ru", "votes", &[("count", n)]);
        assert_eq!(["0", "1", "22", "5"].map(told), ["нет", "1 голос", "22 голоса", "5 голосов"]);
    }

    #[test]
    fn a_folder_is_read_and_its_gaps_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("server.de.yml"), "de:\n  common:\n    anonymous: Anonym\n  extra: mehr\n").expect("written");
        let mut i18n = I18n::new();
        assert_eq!(i18n.add_folder(folder.path()).expect("read"), 2);
        assert_eq!((i18n.text("de", "common.anonymous", &[]), i18n.text("de_AT", "common.anonymous", &[])), ("Anonym".to_owned(), "Anonym".to_owned()));
        let missing = I18n::missing(folder.path()).expect("read");
        let de = &missing["de"];
        assert!(!de.contains("common.anonymous") && de.contains("activerecord.errors.messages.blank"));
        assert_eq!(missing.len(), 1);
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
