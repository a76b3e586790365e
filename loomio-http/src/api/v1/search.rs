//! Search.

use crate::{
    api::{
        operations,
        params::{GROUP_ID, Kind, Param},
    },
    services::search,
};

operations! {
    /// Looks for words in everything one may read.
    GET "/v1/search" index_search [Param::query("query", Kind::Text, "The words; one behind `!` must not be there."), GROUP_ID, Param::query("org_id", Kind::Number, "A group with its subgroups; 0 for threads outside of groups."), Param::query("type", Kind::Text, "`Discussion`, `Comment`, `Poll`, `Stance` or `Outcome`."), Param::query("tag", Kind::Text, "A tag of the thread or poll."), Param::query("order", Kind::Text, "`authored_at_desc` or `authored_at_asc`, otherwise the best first.")] => |visit| search::index(visit);
}
