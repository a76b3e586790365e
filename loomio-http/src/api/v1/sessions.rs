//! Signing in and out.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::sign_in,
};

operations! {
    /// Signs in by password, by a one-time code, or by the link that was followed before.
    POST "/v1/sessions" create_session [Param::body("user", Kind::Object, "`email` with `password` or `code`, and `name` to change it.", r#"{"email": "ana@example.org", "password": "correct horse", "remember_me": true}"#)] => |visit| sign_in::create(visit);
    /// Signs out.
    DELETE "/v1/sessions" destroy_session [] => |visit| sign_in::destroy(visit);
}
