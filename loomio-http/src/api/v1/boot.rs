//! What the client asks first.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::boot,
};

operations! {
    /// Who is signed in, what this site can do, and what waits to be accepted.
    GET "/v1/boot/site" boot_site [Param::query("locale", Kind::Text, "The language of the answer."), UNSUBSCRIBE_TOKEN] => |visit| boot::site(visit);
    /// The version served, and whether the client must load itself anew.
    GET "/v1/boot/version" boot_version [Param::query("version", Kind::Text, "The client's version."), Param::query("release", Kind::Text, "The client's release.")] => |visit| boot::version(visit);
}

/// Whoever holds the link of a mail.
pub const UNSUBSCRIBE_TOKEN: Param = Param::query("unsubscribe_token", Kind::Text, "The token of a link in a mail; it opens the settings of mails and nothing else.");
