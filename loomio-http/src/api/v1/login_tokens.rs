//! One-time links and codes.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::login_token,
};

operations! {
    /// Mails a one-time link and code.
    POST "/v1/login_tokens" create_login_token [Param::body("email", Kind::Text, "Whose account it is.", r#""ana@example.org""#)] => |visit| login_token::create(visit);
}
