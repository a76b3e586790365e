//! Memberships.

use crate::{
    api::{
        operations,
        params::{DISCUSSION_ID, EXCLUDE_TYPES, FROM, GROUP_ID, GROUP_KEY, Kind, PER, POLL_ID, Param, Q},
    },
    services::membership,
};

const SUBGROUPS: Param = Param::query("subgroups", Kind::Text, "`mine` or `all`: with the members of subgroups.");
const FILTER: Param = Param::query("filter", Kind::Text, "`admin`, `delegate`, `pending` or `accepted`.");
const ORDER: Param = Param::query("order", Kind::Text, "Such as `users.name`, `memberships.created_at desc`, `admin desc`.");
const USERS: Param = Param::query("user_xids", Kind::Text, "Numbers of people, as `1x2x3`.");
const SINCE: Param = Param::query("since", Kind::Text, "Only memberships since this time.");
const UNTIL: Param = Param::query("until", Kind::Text, "Only memberships until this time.");
const TIMEFRAME_FOR: Param = Param::query("timeframe_for", Kind::Text, "The time meant by `since` and `until`: `created_at`, `updated_at` or `accepted_at`.");

operations! {
    /// The members of a group, or of all groups the visitor may see into.
    GET "/v1/memberships" index_memberships [GROUP_ID, GROUP_KEY, DISCUSSION_ID, POLL_ID, SUBGROUPS, FILTER, USERS, Q, ORDER, SINCE, UNTIL, TIMEFRAME_FOR, FROM, PER, EXCLUDE_TYPES] => |visit| membership::read::index(visit);
    /// Members whose names begin as typed.
    GET "/v1/memberships/autocomplete" autocomplete_memberships [GROUP_ID, GROUP_KEY, SUBGROUPS, FILTER, Q, ORDER, FROM, PER, EXCLUDE_TYPES] => |visit| membership::read::index(visit);
    /// The memberships of somebody that the visitor may know.
    GET "/v1/memberships/for_user" memberships_for_user [Param::query("user_id", Kind::Number, "The person, by number."), FROM, PER, EXCLUDE_TYPES] => |visit| membership::read::for_user(visit);
    /// The visitor's own memberships.
    GET "/v1/memberships/my_memberships" my_memberships [EXCLUDE_TYPES] => |visit| membership::read::my_memberships(visit);
}
