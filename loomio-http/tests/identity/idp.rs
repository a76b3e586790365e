//! A SAML site: its key is made by `openssl`, its answers are signed by `xmlsec1`.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{NaiveDateTime, SecondsFormat, TimeDelta};
use std::{fs, io::Read, path::Path, process::Command};
use url::Url;

pub const NAME: &str = "https://idp.example.org/saml";
pub const DOOR: &str = "https://idp.example.org/door?tenant=ours";

pub struct Idp {
    folder: tempfile::TempDir,
}

/// What the site is asked.
pub struct Question {
    pub xml: String,
    pub relay_state: String,
}

impl Question {
    /// Reads a question out of the address to which a browser is sent.
    pub fn read(door: &Url) -> Self {
        let param = |name: &str| door.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned()).unwrap_or_default();
        let mut xml = String::new();
        flate2::read::DeflateDecoder::new(&STANDARD.decode(param("SAMLRequest")).unwrap()[..]).read_to_string(&mut xml).unwrap();
        Self { xml, relay_state: param("RelayState") }
    }

    /// The value of the first attribute of a name.
    pub fn attribute(&self, name: &str) -> String {
        self.xml.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }
}

/// An answer before it is signed.
#[derive(Clone)]
pub struct Statement {
    pub number: String,
    pub about: String,
    pub answers: Option<String>,
    pub audience: Option<String>,
    pub recipient: String,
    pub issued: NaiveDateTime,
    pub ends: NaiveDateTime,
    pub name: String,
    pub email: Option<String>,
    pub digest: &'static str,
}

impl Statement {
    /// What an honest site says.
    pub fn of(about: &str, question: &Question, now: NaiveDateTime) -> Self {
        Self {
            number: format!("_{}", question.relay_state.chars().rev().collect::<String>()),
            about: about.to_owned(),
            answers: Some(question.attribute("ID")),
            audience: Some(format!("{}/saml/metadata", crate::world::ROOT)),
            recipient: format!("{}/saml/oauth", crate::world::ROOT),
            issued: now,
            ends: now + TimeDelta::minutes(5),
            name: "Zoe Zhu".to_owned(),
            email: None,
            digest: "sha256",
        }
    }

    fn assertion(&self, signature: &str) -> String {
        let time = |t: NaiveDateTime| t.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true);
        let answers = self.answers.as_ref().map(|id| format!(" InResponseTo=\"{id}\"")).unwrap_or_default();
        let audience = self.audience.as_ref().map(|a| format!("<saml:AudienceRestriction><saml:Audience>{a}</saml:Audience></saml:AudienceRestriction>")).unwrap_or_default();
        let email = self.email.as_ref().map(|e| format!("<saml:Attribute Name=\"email\"><saml:AttributeValue>{e}</saml:AttributeValue></saml:Attribute>")).unwrap_or_default();
        format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{}\" Version=\"2.0\" IssueInstant=\"{}\"><saml:Issuer>{NAME}</saml:Issuer>{signature}\
             <saml:Subject><saml:NameID>{}</saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData NotOnOrAfter=\"{ends}\" Recipient=\"{}\"{answers}/></saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{}\" NotOnOrAfter=\"{ends}\">{audience}</saml:Conditions>\
             <saml:AttributeStatement><saml:Attribute Name=\"displayName\"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>{email}</saml:AttributeStatement></saml:Assertion>",
            self.number,
            time(self.issued),
            self.about,
            self.recipient,
            time(self.issued),
            self.name,
            ends = time(self.ends),
        )
    }

    /// The answer without a signature.
    pub fn unsigned(&self) -> String {
        self.around(&self.assertion(""))
    }

    /// A response around something.
    pub fn around(&self, inner: &str) -> String {
        self.response("", inner)
    }

    fn response(&self, signature: &str, inner: &str) -> String {
        let answers = self.answers.as_ref().map(|id| format!(" InResponseTo=\"{id}\"")).unwrap_or_default();
        let issued = self.issued.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true);
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_response\" Version=\"2.0\" IssueInstant=\"{issued}\" Destination=\"{}\"{answers}>\
             <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{NAME}</saml:Issuer>{signature}\
             <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{inner}</samlp:Response>",
            self.recipient,
        )
    }

    /// The place of a signature over the element of a number.
    fn signature_of(&self, number: &str) -> String {
        let more = if self.digest == "sha1" { "http://www.w3.org/2000/09/xmldsig#" } else { "http://www.w3.org/2001/04/xmldsig-more#" };
        let digest = if self.digest == "sha1" { "http://www.w3.org/2000/09/xmldsig#sha1" } else { "http://www.w3.org/2001/04/xmlenc#sha256" };
        format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
             <ds:SignatureMethod Algorithm=\"{more}rsa-{}\"/><ds:Reference URI=\"#{}\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
             <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms><ds:DigestMethod Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\
             <ds:SignatureValue/></ds:Signature>",
            self.digest, number,
        )
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Vec<u8> {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap_or_else(|e| panic!("{program} is needed (packages openssl and xmlsec1): {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

impl Idp {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        run("openssl", &["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=idp.example.org", "-days", "2"], folder.path());
        Self { folder }
    }

    fn certificate(&self) -> String {
        let pem = fs::read_to_string(self.folder.path().join("cert.pem")).unwrap();
        pem.lines().filter(|line| !line.starts_with("-----")).collect()
    }

    /// What the site says of itself; `keys` says whether with its certificate.
    pub fn metadata(&self, keys: bool) -> String {
        let key = format!(
            "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
            self.certificate()
        );
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{NAME}\"><md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{DOOR}\"/></md:IDPSSODescriptor></md:EntityDescriptor>",
            if keys { key.as_str() } else { "" }
        )
    }

    /// An answer with its statement signed.
    pub fn signed(&self, statement: &Statement) -> String {
        let signature = statement.signature_of(&statement.number);
        self.sign(&statement.around(&statement.assertion(&signature)), "assertion:Assertion")
    }

    /// An answer signed as a whole.
    pub fn signed_whole(&self, statement: &Statement) -> String {
        let signature = statement.signature_of("_response");
        self.sign(&statement.response(&signature, &statement.assertion("")), "protocol:Response")
    }

    fn sign(&self, xml: &str, element: &str) -> String {
        fs::write(self.folder.path().join("answer.xml"), xml).unwrap();
        let element = format!("urn:oasis:names:tc:SAML:2.0:{element}");
        let arguments = ["--sign", "--privkey-pem", "key.pem,cert.pem", "--id-attr:ID", &element, "answer.xml"];
        String::from_utf8(run("xmlsec1", &arguments, self.folder.path())).unwrap()
    }
}

/// An answer as the form carries it.
pub fn packed(xml: &str) -> String {
    STANDARD.encode(xml)
}
