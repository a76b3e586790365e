//! In which language a text is written.

/// The code of a text that says nothing.
const UNKNOWN: &str = "un";
/// Letters of a capitalised word, up to which it counts as English.
const SHORT_NAME: usize = 5;

/// The language's two-letter code, when there is something to go by.
///
/// The detector that this one stands in for fell back to English for a single
/// letter or a short capitalised word, and kept silent about other words and about a few.
///
/// ```
/// use loomio_core::rich_text::language::detect;
/// assert_eq!(detect(""), Some("un"));
/// assert_eq!(detect("Words"), Some("en"));
/// assert_eq!(detect("edited"), None);
/// assert_eq!(detect("My two cents"), None);
/// assert_eq!(detect("Das Dach muss vor dem Winter unbedingt noch repariert werden."), Some("de"));
/// ```
#[must_use]
pub fn detect(text: &str) -> Option<&'static str> {
    let mut words = text.split_whitespace().filter(|word| word.contains(char::is_alphabetic) && !word.contains(char::is_numeric));
    match (words.next(), words.count()) {
        (None, _) => return Some(UNKNOWN),
        (Some(word), 0) => {
            let letters = word.chars().filter(|c| c.is_alphabetic()).count();
            return (letters == 1 || (letters <= SHORT_NAME && word.starts_with(char::is_uppercase))).then_some("en");
        }
        (_, 1..=6) => return None,
        _ => {}
    }
    let info = whatlang::detect(text)?;
    if !info.is_reliable() {
        return None;
    }
    use whatlang::Lang;
    Some(match info.lang() {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Nld => "nl",
        Lang::Cat => "ca",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Bul => "bg",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Ara => "ar",
        Lang::Heb => "iw",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        Lang::Hin => "hi",
        Lang::Ind => "id",
        Lang::Vie => "vi",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        _ => return None,
    })
}
