//! Tags of groups.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::tag,
};

const BODY: Param = Param::body("tag", Kind::Object, "The tag's attributes.", r##"{"name": "repairs", "color": "#ff9800", "group_id": 1}"##);

operations! {
    /// Makes a tag.
    POST "/v1/tags" create_tag [BODY] => |visit| tag::create(visit);
    /// Renames or recolours a tag.
    PATCH "/v1/tags/:id" update_tag [BODY] => |visit| tag::update(visit, &visit.key());
    /// Renames or recolours a tag.
    PUT "/v1/tags/:id" replace_tag [BODY] => |visit| tag::update(visit, &visit.key());
    /// Removes a tag.
    DELETE "/v1/tags/:id" destroy_tag [] => |visit| tag::destroy(visit, &visit.key());
    /// Puts a group's tags into an order.
    POST "/v1/tags/priority" priority_of_tags [Param::body("group_id", Kind::Number, "The group.", "1"), Param::body("ids", Kind::List, "The tags in their order.", "[3, 1, 2]")] => |visit| tag::priority(visit);
}
