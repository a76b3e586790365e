//! Groups.

use crate::{
    api::{
        operations,
        params::{EXCLUDE_TYPES, FROM, Kind, PER, Param, Q},
    },
    services::{group, visit::Visit},
};

const GROUP: Param = Param::body("group", Kind::Object, "Its attributes.", "{\"name\": \"Riverside\", \"group_privacy\": \"closed\"}");

fn id(visit: &Visit) -> String {
    visit.params.text("id").unwrap_or_default()
}

operations! {
    /// Public groups to explore, or groups by number.
    GET "/v1/groups" index_groups [Q, FROM, PER, EXCLUDE_TYPES, Param::query("xids", Kind::Text, "Numbers of groups, as `1x2x3`."), Param::query("order", Kind::Text, "`memberships_count`, `created_at`, each also with `_asc`.")] => |visit| group::index(visit);
    /// How many public groups there are to explore.
    GET "/v1/groups/count_explore_results" count_groups_to_explore [Q] => |visit| group::count_explore_results(visit);
    /// A handle that no group has.
    GET "/v1/groups/suggest_handle" suggest_group_handle [Param::query("name", Kind::Text, "The name of the group to be."), Param::query("parent_handle", Kind::Text, "The handle of its parent.")] => |visit| group::suggest_handle(visit);
    /// One group.
    GET "/v1/groups/:id" show_group [EXCLUDE_TYPES] => |visit| group::show(visit, &id(visit));
    /// The subgroups that the visitor may see.
    GET "/v1/groups/:id/subgroups" subgroups_of_group [EXCLUDE_TYPES] => |visit| group::subgroups(visit, &id(visit));
    /// A group with its invitation token.
    GET "/v1/groups/:id/token" token_of_group [] => |visit| group::token(visit, &id(visit));
    /// Starts a group.
    POST "/v1/groups" create_group [GROUP] => |visit| group::change::create(visit);
    /// Changes a group.
    PATCH "/v1/groups/:id" update_group [GROUP] => |visit| group::change::update(visit, &id(visit));
    /// Changes a group.
    PUT "/v1/groups/:id" replace_group [GROUP] => |visit| group::change::update(visit, &id(visit));
    /// Archives a group; it is removed two weeks later.
    DELETE "/v1/groups/:id" destroy_group [] => |visit| group::change::destroy(visit, &id(visit));
    /// Gives a group another invitation token.
    POST "/v1/groups/:id/reset_token" reset_token_of_group [] => |visit| group::change::reset_token(visit, &id(visit));
    /// Asks for everything of a group as a file; a mail tells where it is.
    POST "/v1/groups/:id/export" export_group [] => |visit| group::file::export(visit, &id(visit));
    /// Asks for a group's tables as CSV; a mail tells where they are.
    POST "/v1/groups/:id/export_csv" export_csv_of_group [] => |visit| group::file::export_csv(visit, &id(visit));
    /// Gives a group another logo or cover (a form with the field `file`).
    POST "/v1/groups/:id/upload_photo/:kind" upload_photo_of_group [] => |visit| group::photo::upload(visit, &id(visit));
    /// Takes a group's logo or cover away.
    DELETE "/v1/groups/:id/remove_photo/:kind" remove_photo_of_group [] => |visit| group::photo::remove(visit, &id(visit));
}
