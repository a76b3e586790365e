//! The own profile and those of others.

use super::boot::UNSUBSCRIBE_TOKEN;
use crate::{
    api::{
        operations,
        params::{EXCLUDE_TYPES, Kind, Param},
    },
    services::{merge, profile, profile_update},
};

const EMAIL: Param = Param::query("email", Kind::Text, "The address.");

operations! {
    /// People by number, as far as the visitor may invite them.
    GET "/v1/profile" index_profile [Param::query("xids", Kind::List, "Their numbers, as `1x2x3`."), EXCLUDE_TYPES] => |visit| profile::index(visit);
    /// Erases the own account.
    DELETE "/v1/profile" destroy_profile [] => |visit| profile_update::destroy(visit);
    /// The own profile.
    GET "/v1/profile/me" me_profile [] => |visit| profile::me(visit);
    /// The visitor's groups.
    GET "/v1/profile/groups" groups_of_profile [EXCLUDE_TYPES] => |visit| profile::groups(visit);
    /// The time zones of the visitor's groups, most common first.
    GET "/v1/profile/time_zones" time_zones_of_profile [] => |visit| profile::time_zones(visit);
    /// All time zones.
    GET "/v1/profile/all_time_zones" all_time_zones_of_profile [Param::query("selected_locale", Kind::Text, "The language of their names.")] => |visit| profile::all_time_zones(visit);
    /// The uploaded picture, whether or not it is shown.
    GET "/v1/profile/avatar_uploaded" avatar_uploaded_of_profile [] => |visit| profile::avatar_uploaded(visit);
    /// The key of the address by which threads are started by mail.
    GET "/v1/profile/email_api_key" email_api_key_of_profile [] => |visit| profile::email_api_key(visit);
    /// Draws that key anew.
    POST "/v1/profile/reset_email_api_key" reset_email_api_key_of_profile [] => |visit| profile_update::reset_email_api_key(visit);
    /// What the sign-in form shows for an address.
    GET "/v1/profile/email_status" email_status_of_profile [EMAIL] => |visit| profile::email_status(visit);
    /// Whether an address has an account.
    GET "/v1/profile/email_exists" email_exists_in_profile [EMAIL] => |visit| profile::email_exists(visit);
    /// Whether the visitor may write to somebody.
    GET "/v1/profile/contactable" contactable_profile [Param::query("user_id", Kind::Number, "Whom.")] => |visit| profile::contactable(visit);
    /// Mails a link by which the own account is joined with another.
    GET "/v1/profile/send_merge_verification_email" send_merge_verification_email [Param::query("target_email", Kind::Text, "The other account's address.")] => |visit| merge::ask(visit);
    /// Changes the own profile.
    POST "/v1/profile/update_profile" update_profile [Param::body("user", Kind::Object, "The attributes to change.", r#"{"name": "Ana Alvarez", "time_zone": "Europe/Madrid"}"#), UNSUBSCRIBE_TOKEN] => |visit| profile_update::update(visit);
    /// Shows an uploaded picture of oneself.
    POST "/v1/profile/upload_avatar" upload_avatar_of_profile [Param::body("file", Kind::Text, "The picture, as a part of a multipart form.", r#""portrait.png""#)] => |visit| profile_update::upload_avatar(visit);
    /// Sets how loudly groups tell.
    POST "/v1/profile/set_volume" set_volume_of_profile [Param::body("volume", Kind::Text, "`mute`, `quiet`, `normal` or `loud`.", r#""normal""#), Param::body("apply_to_all", Kind::Truth, "Whether existing groups, threads and polls change too.", "true"), UNSUBSCRIBE_TOKEN] => |visit| profile_update::set_volume(visit);
    /// Notes that something was seen or done once.
    POST "/v1/profile/save_experience" save_experience_of_profile [Param::body("experience", Kind::Text, "What.", r#""html-editor.expanded""#), Param::body("value", Kind::Text, "What is noted; true unless said.", "true"), Param::body("remove_experience", Kind::Truth, "Whether to forget it.", "true")] => |visit| profile_update::save_experience(visit);
    /// Closes the own account.
    POST "/v1/profile/deactivate" deactivate_profile [] => |visit| profile_update::deactivate(visit);
    /// Somebody's profile.
    GET "/v1/profile/:id" show_profile [] => |visit| profile::show(visit, &visit.params.text("id").unwrap_or_default());
}
