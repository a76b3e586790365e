//! What happened in groups over time, counted.

use crate::{
    api::{
        operations,
        params::{Kind, Param},
    },
    services::report,
};

operations! {
    /// A report of some groups.
    GET "/v1/reports" index_reports [Param::query("group_ids", Kind::Text, "Numbers of groups, separated by commas."), Param::query("start_month", Kind::Text, "The first month, such as `2026-01`."), Param::query("end_month", Kind::Text, "The last month."), Param::query("interval", Kind::Text, "`year`, `month`, `week` or `day`.")] => |visit| report::index(visit);
}
