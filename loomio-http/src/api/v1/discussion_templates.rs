//! Templates of threads.

use crate::{
    api::{
        operations,
        params::{GROUP_ID, Kind, Param},
    },
    services::template::{discussion, public},
};

const ID: Param = Param::query("id", Kind::Number, "One template of one's groups.");
const QUERY: Param = Param::query("query", Kind::Text, "A part of the name or subtitle, or a tag.");
const TEMPLATE: Param = Param::body(
    "discussion_template",
    Kind::Object,
    "The template's attributes.",
    r#"{"group_id": 1, "process_name": "Retrospective", "process_subtitle": "Look back together", "title": "Retrospective", "description": "<p>What went well?</p>", "description_format": "html"}"#,
);
const GROUP: Param = Param::body("group_id", Kind::Number, "The group, which one must administer.", "1");
const BODY_ID: Param = Param::body("id", Kind::Number, "The template.", "1");
const KEY: Param = Param::body("key", Kind::Text, "The key of a default.", "\"blank\"");
const IDS: Param = Param::body("ids", Kind::List, "Numbers of templates, in the new order.", "[2, 1]");

operations! {
    /// The templates of a group, made from the defaults when it has none.
    GET "/v1/discussion_templates" index_discussion_templates [GROUP_ID, ID] => |visit| discussion::index(visit);
    /// Stores a template.
    POST "/v1/discussion_templates" create_discussion_template [TEMPLATE] => |visit| discussion::create(visit);
    /// Templates that everybody may take.
    GET "/v1/discussion_templates/browse" browse_discussion_templates [QUERY] => |visit| public::browse(visit);
    /// The tags of templates that everybody may take, the rarest first.
    GET "/v1/discussion_templates/browse_tags" tags_of_discussion_templates [] => |visit| public::tags(visit);
    /// Puts the templates of a group into another order.
    POST "/v1/discussion_templates/positions" reorder_discussion_templates [GROUP, IDS] => |visit| discussion::reorder(visit);
    /// Refuses: the templates of threads are stored and are discarded instead.
    POST "/v1/discussion_templates/hide" hide_discussion_template [GROUP, KEY] => |visit| discussion::hide(visit);
    /// Refuses: the templates of threads are stored and are taken back instead.
    POST "/v1/discussion_templates/unhide" unhide_discussion_template [GROUP, KEY] => |visit| discussion::hide(visit);
    /// Puts a template away.
    POST "/v1/discussion_templates/discard" discard_discussion_template [GROUP, BODY_ID] => |visit| discussion::discard(visit);
    /// Takes a template back.
    POST "/v1/discussion_templates/undiscard" undiscard_discussion_template [GROUP, BODY_ID] => |visit| discussion::undiscard(visit);
    /// One template.
    GET "/v1/discussion_templates/:id" show_discussion_template [] => |visit| discussion::show(visit);
    /// Changes a template.
    PATCH "/v1/discussion_templates/:id" update_discussion_template [TEMPLATE] => |visit| discussion::update(visit);
    /// Changes a template.
    PUT "/v1/discussion_templates/:id" replace_discussion_template [TEMPLATE] => |visit| discussion::update(visit);
    /// Removes a template for good.
    DELETE "/v1/discussion_templates/:id" destroy_discussion_template [] => |visit| discussion::destroy(visit);
}
