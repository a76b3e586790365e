//! Who reads a thread.

use crate::{
    api::{
        operations,
        params::{DISCUSSION_ID, DISCUSSION_KEY, FROM, Kind, PER, Param},
    },
    services::reader,
};

operations! {
    /// The readers of a thread.
    GET "/v1/discussion_readers" index_discussion_readers [DISCUSSION_ID, DISCUSSION_KEY, Param::query("query", Kind::Text, "The start of a name or address."), FROM, PER] => |visit| reader::index(visit);
    /// Makes a reader an administrator of the thread.
    POST "/v1/discussion_readers/:id/make_admin" make_admin_of_discussion_reader [] => |visit| reader::make_admin(visit, &visit.key());
    /// Makes a reader an ordinary one again.
    POST "/v1/discussion_readers/:id/remove_admin" remove_admin_of_discussion_reader [] => |visit| reader::remove_admin(visit, &visit.key());
    /// Sends an invitation again.
    POST "/v1/discussion_readers/:id/resend" resend_discussion_reader [] => |visit| reader::resend(visit, &visit.key());
    /// Takes the thread from a guest.
    POST "/v1/discussion_readers/:id/revoke" revoke_discussion_reader [] => |visit| reader::revoke(visit, &visit.key());
}
