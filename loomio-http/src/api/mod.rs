//! The routes of the API and their OpenAPI document, both from one table.
//!
//! Every action of the original is one [`Operation`]: a row that names its method,
//! path and parameters and calls one use case. `poem-openapi` serves the rows and
//! writes the document; there is nothing else to keep in step.
//!
//! ```text
//! operations! {
//!     /// One thread.
//!     GET "/v1/discussions/:id" show_discussion [query::EXCLUDE_TYPES] => |visit| discussion::show(visit, &visit.key());
//! }
//! ```

pub mod mail_hook;
pub mod b2;
pub mod b3;
pub mod params;
pub mod v1;

use crate::{
    error::Answer,
    services::{Done, Visit},
};
use futures_util::future::BoxFuture;
use params::{Param, Place};
use poem::{Endpoint, EndpointExt, FromRequest, IntoResponse, Request, Response, Result, endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    ApiResponse, OpenApi, OpenApiService,
    registry::{MetaApi, MetaMediaType, MetaOperation, MetaOperationParam, MetaParamIn, MetaPath, MetaRequest, MetaSchema, MetaSchemaRef, Registry},
};
use std::collections::HashMap;

/// Carries a request out.
pub type Run = fn(Visit) -> BoxFuture<'static, Done>;

/// One action: a method on a path.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The method.
    pub method: fn() -> Method,
    /// The path below `/api`, with `:names`.
    pub path: &'static str,
    /// Its name in the document: `verb_resource`.
    pub id: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What it may be given besides the path's parameters.
    pub params: &'static [Param],
    /// Carries it out.
    pub run: Run,
}

/// Declares a table of operations named `OPERATIONS`.
macro_rules! operations {
    ($($(#[doc = $about:literal])+ $method:ident $path:literal $id:ident [$($param:expr),* $(,)?] => |$visit:ident| $run:expr;)*) => {
        /// The operations of this concept.
        pub const OPERATIONS: &[$crate::api::Operation] = &[$($crate::api::Operation {
            method: || poem::http::Method::$method,
            path: $path,
            id: stringify!($id),
            about: concat!($($about),+),
            params: &[$($param),*],
            run: |visit| Box::pin(async move {
                let $visit = &visit;
                $run.await
            }),
        }),*];
    };
}
pub(crate) use operations;

/// All operations as an API of `poem-openapi`.
#[derive(Debug, Clone, Copy)]
pub struct Api;

/// Every table, in the order of the document.
fn tables() -> impl Iterator<Item = &'static Operation> {
    v1::TABLES.iter().chain(b2::TABLES).chain(b3::TABLES).copied().flatten()
}

/// The operation with an id, such as `show_discussion`.
#[must_use]
pub fn operation(id: &str) -> Option<&'static Operation> {
    tables().find(|operation| operation.id == id)
}

fn names_in(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix(':'))
}

impl Operation {
    /// The path as OpenAPI writes it.
    fn document_path(&self) -> String {
        self.path.split('/').map(|part| part.strip_prefix(':').map_or_else(|| part.to_owned(), |name| format!("{{{name}}}"))).collect::<Vec<_>>().join("/")
    }

    fn meta(&self) -> MetaOperation {
        let param = |name: &str, in_type, schema, about: &str, required| MetaOperationParam {
            name: name.to_owned(),
            schema,
            in_type,
            description: Some(about.trim().to_owned()),
            required,
            deprecated: false,
            explode: true,
            style: None,
        };
        let mut params: Vec<_> =
            names_in(self.path).map(|name| param(name, MetaParamIn::Path, MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))), "The number, or where it has one the key.", true)).collect();
        params.extend(self.params.iter().filter(|p| p.place == Place::Query).map(|p| param(p.name, MetaParamIn::Query, p.schema(), p.about, false)));
        let body: Vec<&Param> = self.params.iter().filter(|p| p.place == Place::Body).collect();
        let request = (!body.is_empty()).then(|| {
            let mut schema = MetaSchema::new("object");
            schema.properties = body.iter().map(|p| (p.name, p.schema())).collect();
            MetaRequest { description: None, content: vec![MetaMediaType { content_type: "application/json; charset=utf-8", schema: MetaSchemaRef::Inline(Box::new(schema)) }], required: false }
        });
        let concept = self.path.trim_start_matches('/').split('/').nth(1).unwrap_or_default();
        MetaOperation {
            method: (self.method)(),
            tags: vec![concept],
            summary: Some(self.about.trim()),
            description: None,
            external_docs: None,
            params,
            request,
            responses: Answer::meta(),
            deprecated: false,
            security: Vec::new(),
            operation_id: Some(self.id),
            code_samples: Vec::new(),
        }
    }
}

impl OpenApi for Api {
    fn meta() -> Vec<MetaApi> {
        let mut paths: Vec<MetaPath> = Vec::new();
        for operation in tables() {
            let path = operation.document_path();
            match paths.iter_mut().find(|p| p.path == path) {
                Some(known) => known.operations.push(operation.meta()),
                None => paths.push(MetaPath { path, operations: vec![operation.meta()] }),
            }
        }
        vec![MetaApi { paths }]
    }

    fn register(registry: &mut Registry) {
        Answer::register(registry);
    }

    fn add_routes(self, route_table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        for operation in tables() {
            route_table.entry(operation.path.to_owned()).or_default().insert((operation.method)(), Action(operation).boxed());
        }
    }
}

/// An operation as an endpoint.
struct Action(&'static Operation);

impl Endpoint for Action {
    type Output = Response;

    async fn call(&self, req: Request) -> Result<Response> {
        let (req, mut body) = req.split();
        let mut visit = Visit::from_request(&req, &mut body).await?;
        for name in names_in(self.0.path) {
            let value = req.raw_path_param(name).unwrap_or_default();
            let value = percent_decoded(value);
            visit.params.0.insert(name.to_owned(), value.into());
        }
        key_in_header(self.0.path, &req, &mut visit);
        Ok(Answer::from((self.0.run)(visit).await).into_response())
    }
}

/// A program's key may come as a header (`Authorization: Bearer …`), which unlike an
/// address is kept out of logs. A JSON comment stands once more under its own name,
/// as Rails wraps it.
fn key_in_header(path: &str, req: &Request, visit: &mut Visit) {
    let name = match path {
        p if p.starts_with("/b2/") => "api_key",
        p if p.starts_with("/b3/") => "b3_api_key",
        _ => return,
    };
    let given = req.header("authorization").and_then(|h| h.strip_prefix("Bearer ")).map(str::trim);
    if let Some(key) = given.filter(|_| visit.params.filled(name).is_none()) {
        visit.params.0.insert(name.to_owned(), key.into());
    }
    if path == "/b2/comments" && req.content_type().is_some_and(|t| t.starts_with("application/json")) {
        visit.params.0.entry("comment").or_insert_with(|| serde_json::json!({}));
    }
}

fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B").replace('&', "%26")).as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

/// The service of all operations at a root address.
#[must_use]
pub fn service(root_url: &str) -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "Loomio", crate::App::VERSION).description("The API of Loomio, as its web client and bots use it.").server(format!("{root_url}/api"))
}
