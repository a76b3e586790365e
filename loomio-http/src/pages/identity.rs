//! The addresses by which one signs in by an identity at another site.
//!
//! Source: `app/controllers/identities/`, `config/routes.rb`.

use super::{Asked, redirect, shell};
use crate::{
    page,
    services::{
        Done, ServiceError,
        identity::{self, Outcome},
    },
};
use loomio_auth::identity::Kind;
use poem::{
    Response, Route,
    http::{StatusCode, header},
};

/// The kind that the path names.
fn kind(asked: &Asked) -> Done<Kind> {
    asked.path.trim_matches('/').split('/').next().and_then(Kind::named).ok_or_else(ServiceError::not_found)
}

/// Whether a page of ours was left for this, or the address typed in.
fn is_from_here(asked: &Asked) -> bool {
    let text = |name: header::HeaderName| asked.headers.get(name).and_then(|v| v.to_str().ok());
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some(site) => matches!(site, "same-origin" | "none"),
        // Older browsers, and pages without TLS.
        None => text(header::REFERER).is_none_or(|from| url::Url::parse(from).is_ok_and(|url| url.host_str() == Some(asked.visit.app.settings.canonical_host.as_str()))),
    }
}

/// Sends the browser to the other site.
async fn begin(asked: &Asked) -> Done<Response> {
    let place = identity::begin(&asked.visit, kind(asked)?, is_from_here(asked)).await?;
    Ok(redirect::to(StatusCode::FOUND, &place))
}

/// The browser comes back from it.
async fn finish(asked: &Asked) -> Done<Response> {
    Ok(told(asked, identity::finish(&asked.visit, kind(asked)?).await?))
}

fn told(asked: &Asked, outcome: Outcome) -> Response {
    match outcome {
        Outcome::To(place) => redirect::to(StatusCode::FOUND, &place),
        Outcome::Refused(words) => shell::failure(asked, StatusCode::UNAUTHORIZED, Some(asked.visit.text(words))),
    }
}

/// Parts with an identity.
async fn destroy(asked: &Asked) -> Done<Response> {
    let told = identity::destroy(&asked.visit, kind(asked)?).await?;
    Ok(Response::builder().content_type("application/json; charset=utf-8").body(told.to_string()))
}

/// SAML, where it was built in: another way there, and back with a form.
#[cfg(feature = "saml")]
mod by_saml {
    use super::*;
    use crate::{
        pages::shell::Content,
        services::{
            identity::saml::{self, Step},
            page::Described,
        },
    };
    use minijinja::context;

    async fn begin(asked: &Asked) -> Done<Response> {
        Ok(told(asked, saml::begin(&asked.visit, is_from_here(asked)).await?))
    }

    async fn finish(asked: &Asked) -> Done<Response> {
        Ok(match saml::finish(&asked.visit).await? {
            Step::Done(outcome) => told(asked, outcome),
            Step::Again => again(asked),
        })
    }

    /// The page that posts the form once more.
    fn again(asked: &Asked) -> Response {
        let text = |name: &str| asked.text(name);
        let fields: Vec<_> = [("SAMLResponse", text("SAMLResponse")), ("RelayState", text("RelayState")), ("again", "1".to_owned())].map(|(name, value)| context! { name, value }).into();
        let values = context! { fields, button => asked.visit.text("navbar.sign_in") };
        let about = Described::named(&asked.visit);
        shell::draw(asked, StatusCode::OK, &about, Some(&Content { template: "again.html", values }))
    }

    async fn metadata(asked: &Asked) -> Done<Response> {
        Ok(Response::builder().content_type("application/samlmetadata+xml").body(saml::metadata(&asked.visit)?))
    }

    pub fn routes(route: Route) -> Route {
        let parting = poem::get(page!(redirect::otherwise)).delete(page!(destroy));
        route.at("/saml/oauth", poem::get(page!(begin)).post(page!(finish))).at("/saml/metadata", poem::get(page!(metadata))).at("/saml", parting)
    }
}

/// Adds the addresses. Parting changes something and is therefore no reading
/// request, as it is in the original.
#[must_use]
pub fn routes(mut route: Route) -> Route {
    for kind in [Kind::Oauth, Kind::Google, Kind::Nextcloud] {
        let name = kind.name();
        route = route.at(format!("/{name}/oauth"), poem::get(page!(begin))).at(format!("/{name}/authorize"), poem::get(page!(finish)));
        route = route.at(format!("/{name}"), poem::get(page!(redirect::otherwise)).delete(page!(destroy)));
    }
    #[cfg(feature = "saml")]
    let route = by_saml::routes(route);
    route
}
