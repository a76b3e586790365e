//! Templates of polls.

use crate::{
    api::{
        operations,
        params::{GROUP_ID, Kind, Param},
    },
    services::template::poll,
};

const KEY_OR_ID: Param = Param::query("key_or_id", Kind::Text, "The number of one stored template.");
const TEMPLATE: Param = Param::body(
    "poll_template",
    Kind::Object,
    "The template's attributes.",
    r#"{"group_id": 1, "poll_type": "proposal", "process_name": "Large expense", "process_subtitle": "More than a thousand", "default_duration_in_days": 7, "poll_options": [{"name": "Agree", "icon": "agree"}]}"#,
);
const GROUP: Param = Param::body("group_id", Kind::Number, "The group, which one must administer.", "1");
const ID: Param = Param::body("id", Kind::Number, "The stored template.", "1");
const KEY: Param = Param::body("key", Kind::Text, "The key of a default.", "\"practice_proposal\"");
const IDS: Param = Param::body("ids", Kind::List, "Numbers of stored templates and keys of defaults, in the new order.", "[1, \"check\"]");
const CATEGORIES: Param = Param::body("categorize_poll_templates", Kind::Truth, "Whether templates are shown by categories.", "true");

operations! {
    /// The templates of a group and the defaults.
    GET "/v1/poll_templates" index_poll_templates [GROUP_ID, KEY_OR_ID] => |visit| poll::index(visit);
    /// Stores a template.
    POST "/v1/poll_templates" create_poll_template [TEMPLATE] => |visit| poll::create(visit);
    /// Puts the templates of a group into another order.
    POST "/v1/poll_templates/positions" reorder_poll_templates [GROUP, IDS] => |visit| poll::reorder(visit);
    /// Says whether templates are shown by categories.
    POST "/v1/poll_templates/settings" set_poll_templates [GROUP, CATEGORIES] => |visit| poll::settings(visit);
    /// Hides a default.
    POST "/v1/poll_templates/hide" hide_poll_template [GROUP, KEY] => |visit| poll::hide(visit);
    /// Shows a default again.
    POST "/v1/poll_templates/unhide" unhide_poll_template [GROUP, KEY] => |visit| poll::unhide(visit);
    /// Puts a stored template away.
    POST "/v1/poll_templates/discard" discard_poll_template [GROUP, ID] => |visit| poll::discard(visit);
    /// Takes a stored template back.
    POST "/v1/poll_templates/undiscard" undiscard_poll_template [GROUP, ID] => |visit| poll::undiscard(visit);
    /// One stored template.
    GET "/v1/poll_templates/:id" show_poll_template [] => |visit| poll::show(visit);
    /// Changes a template.
    PATCH "/v1/poll_templates/:id" update_poll_template [TEMPLATE] => |visit| poll::update(visit);
    /// Changes a template.
    PUT "/v1/poll_templates/:id" replace_poll_template [TEMPLATE] => |visit| poll::update(visit);
    /// Removes a stored template for good.
    DELETE "/v1/poll_templates/:id" destroy_poll_template [] => |visit| poll::destroy(visit);
}
