//! Making an account.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::registration,
};

operations! {
    /// Makes an account; signs in whoever came by a mailed link, else mails one.
    POST "/v1/registrations" create_registration [Param::body("user", Kind::Object, "`name`, `email`, `legal_accepted`, `email_newsletter`.", r#"{"name": "Ana Alvarez", "email": "ana@example.org", "legal_accepted": true}"#)] => |visit| registration::create(visit);
}
