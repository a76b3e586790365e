# Comments: who may do what. One rule is one way to be allowed.

comment("create", f) if f.has_discussion = true and f.closed = false and f.member = true;
comment("update", f) if f.closed = false and f.member = true and f.author = true and f.members_can_edit_comments = true;
comment("update", f) if f.closed = false and f.admin = true and f.admins_can_edit_user_content = true;
comment("discard", f) if f.closed = false and f.author = true and f.member = true;
comment("undiscard", f) if f.closed = false and f.author = true and f.member = true;
comment("discard", f) if f.closed = false and f.admin = true;
comment("undiscard", f) if f.closed = false and f.admin = true;
comment("destroy", f) if f.closed = false and f.has_replies = false and f.admin = true;
comment("destroy", f) if f.closed = false and f.has_replies = false and f.author = true and f.member = true and f.members_can_delete_comments = true;
comment("show", f) if f.discussion_visible = true and f.discarded = false;
