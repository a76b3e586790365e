//! A site that is asked by SAML 2.0: the way there, what it answers, and how this
//! server describes itself to it.
//!
//! Only an answer that this site signed, to this server, about a question of ours, and
//! within minutes, proves anything. SHA-1 and what calls itself a signature of another
//! kind is refused.
//!
//! Source: `app/controllers/identities/saml_controller.rb`; SAML 2.0 Core, Bindings
//! and Profiles (OASIS, 2005), section 4.1 of the last.

use super::{Flow, Kind, Proved, profile, saml_site::Site};
use chrono::{NaiveDateTime, TimeDelta};
use oauth2::url::Url;
use samael::{
    crypto::AllowedSignatureAlgorithm,
    metadata::{EntitiesDescriptor, EntityDescriptor, HTTP_REDIRECT_BINDING},
    schema::{Assertion, AuthnRequest, Response},
    service_provider::{ServiceProvider, ServiceProviderBuilder},
    traits::ToXml,
};

/// The most bytes of an answer, still encoded.
pub const LARGEST: usize = 256 * 1024;

/// How a person is to be named: by their address.
const ADDRESS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// How old an answer may be, in minutes.
const FRESH: TimeDelta = TimeDelta::minutes(5);
/// How far the other site's clock may be off.
const SKEW: TimeDelta = TimeDelta::minutes(3);
/// How long an answer could be shown again, at most; it is remembered that long.
const LONGEST: TimeDelta = TimeDelta::hours(24);

const ALGORITHMS: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
];

/// Why a site cannot be asked by what its metadata says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no description of a site that identifies people.
    #[error("the metadata cannot be read, or describes no identity provider")]
    Unreadable,
    /// Its answers could not be told from anybody's.
    #[error("the metadata has no certificate for signatures")]
    NoCertificate,
    /// It cannot be asked.
    #[error("the metadata names no web address for the HTTP-Redirect binding")]
    NoDoor,
}

/// Why an answer proves nothing. The words hold nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is too large, no XML, or has parts that no answer needs.
    #[error("the answer cannot be read")]
    Unreadable,
    /// Signature, time, recipient or question are not right.
    #[error("the answer is not accepted: {0}")]
    Invalid(String),
    /// It does not say that it is meant for this server.
    #[error("the answer names no audience")]
    NoAudience,
    /// It says nothing about who somebody is.
    #[error("the answer has no usable name identifier")]
    NoPerson,
}

/// A site that can be asked.
pub struct Provider {
    asking: ServiceProvider,
    door: Url,
    trusts_email: bool,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("door", &self.door.as_str()).finish_non_exhaustive()
    }
}

/// What an answer proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// About whom.
    pub proved: Proved,
    /// The answer's number at its site. Whoever accepts an answer remembers it until
    /// `until`, so that nobody shows it a second time.
    pub number: String,
    /// Until when it could be shown again (UTC).
    pub until: NaiveDateTime,
}

/// How this server names itself and where it is answered.
fn asking(site: &Site) -> ServiceProviderBuilder {
    let mut builder = ServiceProviderBuilder::default();
    builder
        .entity_id(site.issuer.clone())
        .metadata_url(site.issuer.clone())
        .acs_url(site.answers_to.to_string())
        .slo_url(None)
        .authn_name_id_format(ADDRESS.to_owned())
        .max_issue_delay(FRESH)
        .max_clock_skew(SKEW)
        .allowed_signature_algorithms(ALGORITHMS.to_vec());
    builder
}

/// This server's own description, as XML, for whoever sets the other site up.
#[must_use]
pub fn metadata(site: &Site) -> Option<String> {
    // The library describes a place to sign out, which there is not, and an end.
    let mut described = asking(site).slo_url(site.answers_to.to_string()).build().ok()?.metadata().ok()?;
    described.valid_until = None;
    for sp in described.sp_sso_descriptors.iter_mut().flatten() {
        sp.valid_until = None;
        sp.single_logout_services = None;
        sp.key_descriptors = None;
        sp.name_id_formats = Some(vec![ADDRESS.to_owned()]);
    }
    described.to_string().ok()
}

/// Whether nobody asked for an answer: it was begun at the other site, by its list of
/// services. It proves nothing, but its bearer can be sent on the ordinary way.
#[must_use]
pub fn is_unasked(answer: &str) -> bool {
    xml(answer).and_then(|xml| xml.parse::<Response>().ok()).is_some_and(|r| r.in_response_to.is_none())
}

/// An answer as XML. One that declares entities, has comments, or is about several people is none.
fn xml(answer: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    if answer.len() > LARGEST {
        return None;
    }
    let packed: String = answer.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let xml = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
    (!xml.contains("<!") && statements(&xml) == 1).then_some(xml)
}

/// How many statements there are about people. Of several, one may be the site's and
/// the others anybody's. Comments, which could hide some, were refused before.
fn statements(xml: &str) -> usize {
    let is_statement = |tag: &&str| {
        let name = tag.split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
        name.rsplit(':').next() == Some("Assertion")
    };
    xml.split('<').filter(is_statement).count()
}

/// The first description in a document that identifies people.
fn described(metadata: &str) -> Option<EntityDescriptor> {
    if metadata.contains("<!DOCTYPE") || metadata.contains("<!ENTITY") {
        return None;
    }
    let identifies = |one: &EntityDescriptor| one.idp_sso_descriptors.as_ref().is_some_and(|found| !found.is_empty()) && one.entity_id.as_ref().is_some_and(|id| !id.is_empty());
    metadata.parse::<EntityDescriptor>().ok().filter(identifies).or_else(|| {
        let all = metadata.parse::<EntitiesDescriptor>().ok()?;
        all.descriptors.iter().flat_map(|d| d.iter()).find(|one| identifies(one)).cloned()
    })
}

impl Provider {
    /// A site as the settings and its own metadata (XML) describe it.
    ///
    /// # Errors
    /// When it cannot be asked, or its answers could not be told from anybody's.
    pub fn new(site: &Site, metadata: &str) -> Result<Self, Unusable> {
        let described = described(metadata).ok_or(Unusable::Unreadable)?;
        let asking = asking(site).idp_metadata(described).build().map_err(|_| Unusable::Unreadable)?;
        // Without one, the library would accept what nobody signed.
        if !asking.idp_signing_certs().is_ok_and(|found| found.is_some_and(|certs| !certs.is_empty())) {
            return Err(Unusable::NoCertificate);
        }
        let door = asking.sso_binding_location(HTTP_REDIRECT_BINDING).and_then(|place| Url::parse(&place).ok()).filter(|url| matches!(url.scheme(), "http" | "https"));
        Ok(Self { asking, door: door.ok_or(Unusable::NoDoor)?, trusts_email: site.trusts_email })
    }

    /// The number of the question that a way begins with. XML's numbers begin with no
    /// digit.
    fn number(flow: &Flow) -> String {
        format!("_{}", flow.state())
    }

    /// Where a browser is sent to begin; `None` when the question cannot be written.
    #[must_use]
    pub fn door(&self, flow: &Flow, now: NaiveDateTime) -> Option<Url> {
        let question = self.asking.make_authentication_request(self.door.as_str()).ok()?;
        let question = AuthnRequest { id: Self::number(flow), issue_instant: now.and_utc(), ..question };
        question.redirect(flow.state()).ok()?
    }

    /// What an answer (base64, as the form brings it) to a question of ours proves.
    /// This computes signatures; besides `now` the library looks at the system's clock.
    ///
    /// # Errors
    /// When it proves nothing.
    pub fn proved(&self, answer: &str, flow: &Flow, now: NaiveDateTime) -> Result<Answer, Refused> {
        let xml = xml(answer).ok_or(Refused::Unreadable)?;
        let number = Self::number(flow);
        let assertion = self.asking.parse_xml_response(&xml, Some(&[&number])).map_err(|e| Refused::Invalid(reason(&e)))?;
        let conditions = assertion.conditions.as_ref().ok_or(Refused::NoAudience)?;
        // The library takes an answer without an audience for one to everybody.
        if conditions.audience_restrictions.as_ref().is_none_or(Vec::is_empty) {
            return Err(Refused::NoAudience);
        }
        let ends = assertion.subject.iter().flat_map(|s| s.subject_confirmations.iter().flatten()).filter_map(|c| c.subject_confirmation_data.as_ref()?.not_on_or_after);
        let until = ends.chain(conditions.not_on_or_after).max().map_or(now + LONGEST, |end| (end.naive_utc() + SKEW).min(now + LONGEST));
        if until < now || assertion.issue_instant.naive_utc() > now + SKEW {
            return Err(Refused::Invalid("the time is not right".to_owned()));
        }
        Ok(Answer { proved: self.person(&assertion).ok_or(Refused::NoPerson)?, number: assertion.id, until })
    }

    fn person(&self, assertion: &Assertion) -> Option<Proved> {
        let uid = profile::storable(&assertion.subject.as_ref()?.name_id.as_ref()?.value)?;
        let attributes = assertion.attribute_statements.iter().flatten().flat_map(|s| &s.attributes);
        let named = |names: &[&str]| {
            let mut found = attributes.clone().filter(|a| [&a.name, &a.friendly_name].into_iter().flatten().any(|name| names.contains(&name.as_str())));
            found.find_map(|a| a.values.iter().find_map(|v| profile::storable(v.value.as_deref()?)))
        };
        // Sites that do not name people by their address tell it beside.
        let email = Some(uid.clone()).filter(|uid| uid.contains('@')).or_else(|| named(&["email", "mail", "urn:oid:0.9.2342.19200300.100.1.3"]))?;
        profile::person(Kind::Saml, uid, email, self.trusts_email, named(&["displayName", "urn:oid:2.16.840.1.113730.3.1.241"]))
    }
}

/// What the library says of an answer, without anything out of it.
fn reason(e: &samael::service_provider::Error) -> String {
    let told = format!("{e:?}");
    told.chars().take_while(char::is_ascii_alphanumeric).collect()
}
