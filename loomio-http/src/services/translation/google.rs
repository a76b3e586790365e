//! Google's translating service, version 2 (Basic).
//!
//! Source: <https://cloud.google.com/translate/docs/reference/rest/v2/translate>.

use crate::{Settings, outgoing, settings::Environment};
use object_store::gcp::GoogleCloudStorageBuilder;
use serde::Deserialize;
use serde_json::json;

const HOST: &str = "https://translation.googleapis.com";

/// The most bytes of an answer.
const LARGEST: usize = 4 * 1024 * 1024;

/// The languages it knows, in its own spelling.
const LANGUAGES: &str = "af sq am ar hy as ay az bm eu be bn bho bs bg ca ceb zh-CN zh zh-TW co hr cs da dv doi nl en eo et ee fil fi fr fy gl ka de el gn gu ht ha haw he iw hi hmn hu is ig ilo id ga it ja \
    jv jw kn kk km rw gom ko kri ku ckb ky lo la lv ln lt lg lb mk mai mg ms ml mt mi mr mni-Mtei lus mn my ne no ny or om ps fa pl pt pa qu ro ru sm sa gd nso sr st sn sd si sk sl so es su sw sv tl tg ta \
    tt te th ti ts tr tk ak uk ur ug uz vi cy xh yi yo zu";

/// Why nothing was translated. The words hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum Untranslated {
    /// What the settings name cannot be read.
    #[error("TRANSLATE_CREDENTIALS cannot be used: {0}")]
    Credentials(object_store::Error),
    /// The service cannot be reached.
    #[error("the translating service cannot be reached: {0}")]
    Unreachable(#[from] outgoing::Refused),
    /// It does not answer.
    #[error("the translating service does not answer")]
    Silent,
    /// It does not want to.
    #[error("the translating service answers {0}")]
    Refused(u16),
    /// It tells something else.
    #[error("the answer of the translating service cannot be read")]
    Unreadable,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    translations: Vec<Translated>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Translated {
    translated_text: String,
}

/// Whether texts can be translated anew.
#[must_use]
pub fn is_available(settings: &Settings) -> bool {
    settings.var("TRANSLATE_CREDENTIALS").is_some()
}

/// The language of a locale, as the service calls it; dialects it does not know share
/// their language.
///
/// Source: `locale_for_google` of `app/services/translation_service.rb`.
#[must_use]
pub fn language(locale: &str) -> String {
    let locale = locale.to_lowercase().replace('_', "-");
    if knows(&locale) {
        return locale;
    }
    locale.split('-').next().unwrap_or_default().to_owned()
}

/// Whether the service knows a language.
#[must_use]
pub fn knows(language: &str) -> bool {
    LANGUAGES.split(' ').any(|known| known == language)
}

/// Texts in another language, in their order; the service finds out in which language
/// they are.
///
/// # Errors
/// When the service refuses or does not answer.
pub async fn translate(settings: &Settings, texts: &[&str], to: &str, is_html: bool) -> Result<Vec<String>, Untranslated> {
    // The host is no setting; tests have one of their own.
    let host = settings.var("TRANSLATE_TEST_HOST").filter(|_| settings.environment == Environment::Test).unwrap_or(HOST);
    let (client, url) = outgoing::client_for_configured(&format!("{host}/language/translate/v2")).await?;
    let question = json!({"q": texts, "target": to, "format": if is_html { "html" } else { "text" }});
    let asked = client.post(url).bearer_auth(token(settings).await?).header("content-type", "application/json").body(question.to_string());
    let answer = asked.send().await.map_err(|_| Untranslated::Silent)?;
    if !answer.status().is_success() {
        return Err(Untranslated::Refused(answer.status().as_u16()));
    }
    let body = outgoing::body(answer, LARGEST).await.ok_or(Untranslated::Unreadable)?;
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| Untranslated::Unreadable)?;
    let translated: Vec<String> = answer.data.translations.into_iter().map(|t| t.translated_text).collect();
    if translated.len() == texts.len() { Ok(translated) } else { Err(Untranslated::Unreadable) }
}

/// What shows the service who asks. The library that reaches Google's buckets signs it
/// with the key of the account that the settings name; such tokens are good for all of
/// Google's services.
async fn token(settings: &Settings) -> Result<String, Untranslated> {
    let named = settings.var("TRANSLATE_CREDENTIALS").unwrap_or_default();
    let builder = GoogleCloudStorageBuilder::new().with_bucket_name("none");
    let builder = if named.trim_start().starts_with('{') { builder.with_service_account_key(named) } else { builder.with_service_account_path(named) };
    let credential = builder.build().map_err(Untranslated::Credentials)?.credentials().get_credential().await.map_err(Untranslated::Credentials)?;
    Ok(credential.bearer.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_share_a_translation_unless_the_service_tells_them_apart() {
        for (locale, kept) in [("pt_BR", "pt"), ("fr", "fr"), ("zh-TW", "zh"), ("DE", "de"), ("ckb", "ckb"), ("", "")] {
            assert_eq!(language(locale), kept);
        }
        assert!(knows("de") && !knows("") && !knows("xx"));
    }
}
